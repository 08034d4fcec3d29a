'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { ListSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import { callApi, keys } from '@/lib/live/index';
import { type ChangeUndo as Answer, changeUndoSchema, type UndoFault } from '@/lib/records/schema';
import { ChangeDiff } from './change-diff';
import { historyWords as words } from './history-words';
import { showValue } from './values';

/** Takes one change back, once a person has seen what that means now. */
export function ChangeUndo({ position, recordId }: { position: number; recordId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        className="first:-ml-2.5"
        icon={<Undo2 aria-hidden="true" />}
        aria-label={`${words.undo}: ${words.position(position)}`}
        onClick={() => setOpen(true)}
      >
        {words.undo}
      </Button>
      {isOpen && (
        <UndoDialog position={position} recordId={recordId} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

interface DialogProps {
  position: number;
  recordId: string;
  onClose: () => void;
}

function UndoDialog({ position, recordId, onClose }: DialogProps) {
  const { workspace } = useSession();
  const client = useQueryClient();
  // One id for as long as the dialog is open: pressing twice, or again after a cut line, is one undo.
  const [mutation_id] = useState(() => crypto.randomUUID());
  const ask = (json: { preview: boolean; partial: boolean }, signal?: AbortSignal) =>
    callApi(`/changes/${position}/undo`, {
      method: 'POST',
      query: { workspace_id: workspace.id },
      json: { mutation_id, ...json },
      schema: changeUndoSchema,
      signal,
    });
  const preview = useQuery({
    queryKey: ['undo_preview', workspace.id, position],
    gcTime: 0,
    staleTime: 0,
    queryFn: ({ signal }) => ask({ preview: true, partial: true }, signal),
  });
  const undo = useMutation({
    mutationFn: () => ask({ preview: false, partial: true }),
    onSuccess: (answer) => {
      showToast({ tone: 'ok', title: doneTitle(answer) });
      void client.invalidateQueries({ queryKey: keys.record(recordId) });
      void client.invalidateQueries({ queryKey: keys.recordHistory(workspace.id, recordId) });
      onClose();
    },
  });
  const answer = preview.data;
  const isPossible = answer !== undefined && (answer.can.length > 0 || answer.asks_service);
  const isWhole = answer?.cannot.length === 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={words.undoTitle}
      description={words.undoHint}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!isPossible}
            busy={undo.isPending}
            onClick={() => undo.mutate()}
          >
            {isWhole ? words.undoAll : words.undoPart}
          </Button>
        </>
      }
    >
      {preview.error ? (
        <Notice tone="bad" title={words.notUndone} live>
          {preview.error.message}
        </Notice>
      ) : answer ? (
        <UndoPreview answer={answer} />
      ) : (
        <ListSkeleton label={words.looking} rows={2} />
      )}
      {undo.error && (
        <Notice tone="bad" title={words.notUndone} className="mt-3" live>
          {undo.error.message}
        </Notice>
      )}
    </Dialog>
  );
}

function doneTitle(answer: Answer): string {
  if (answer.asks_service) return words.askedService;
  return answer.cannot.length > 0 ? words.didPart : words.didUndo;
}

/** What would change, and what stays with the reason. */
export function UndoPreview({
  answer,
}: {
  answer: Pick<Answer, 'can' | 'cannot' | 'asks_service'>;
}) {
  return (
    <div className="grid gap-3">
      {answer.asks_service && <Notice>{words.asksService}</Notice>}
      {answer.can.map(({ field, from, to }) => (
        <ChangeDiff key={field} field={field} before={from} after={to} />
      ))}
      {answer.cannot.length > 0 && (
        <div>
          <h3 className="mb-1 font-medium text-meta text-mut">{words.cannot}</h3>
          <ul className="grid gap-1.5">
            {answer.cannot.map((fault) => (
              <li key={`${fault.field ?? ''} ${fault.code}`}>
                <UndoFaultLine fault={fault} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

export function UndoFaultLine({ fault }: { fault: UndoFault }) {
  return (
    <span className="text-mut">
      {fault.field !== null && <span className="mr-1.5 font-medium text-ink">{fault.field}</span>}
      <Badge tone="warn" shape="tag">
        {words.codes[fault.code]}
      </Badge>{' '}
      {fault.reason}
      {fault.now !== undefined && (
        <>
          {' '}
          {words.now}: <span className="text-ink">{showValue(fault.now)}</span>
        </>
      )}
    </span>
  );
}
