'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { UndoPreview as RecordPreview } from '@/components/records/change-undo';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { formatCount } from '@/components/ui/format-number';
import { Notice } from '@/components/ui/notice';
import { ListSkeleton } from '@/components/ui/skeleton';
import type { UndoPreview } from '@/lib/records/schema';
import { useStartUndo } from './use-run';
import { words } from './words';

/** Opens on what taking back would do; the button says how many records. */
export function UndoRunButton({ runId, label }: { runId: string; label?: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label ?? words.undo.action}</Button>
      {isOpen && <UndoRunDialog runId={runId} onClose={() => setOpen(false)} />}
    </>
  );
}

function UndoRunDialog({ runId, onClose }: { runId: string; onClose: () => void }) {
  const { workspace } = useSession();
  const undo = useStartUndo(runId);
  const preview = useQuery({
    queryKey: ['undo_preview', workspace.id, runId],
    gcTime: 0,
    staleTime: 0,
    queryFn: undo.preview,
  });
  const start = useMutation({
    mutationFn: (allow: number) => undo.start(allow),
    onSuccess: onClose,
  });
  const found = preview.data?.preview;
  const isPossible = found !== undefined && found.can + found.partly + found.asks_service > 0;
  const error = preview.error ?? start.error;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={words.undo.title}
      description={words.undo.hint}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            disabled={!isPossible}
            busy={start.isPending}
            onClick={() => start.mutate(found?.records ?? 0)}
          >
            {words.undo.confirm} {found && formatCount(found.records)}
          </Button>
        </>
      }
    >
      {error ? (
        <Notice tone="bad" title={words.didNot} live>
          {error.message}
        </Notice>
      ) : found ? (
        <UndoRunPreview preview={found} />
      ) : (
        <ListSkeleton label={words.undo.looking} rows={3} />
      )}
    </Dialog>
  );
}

export function UndoRunPreview({ preview }: { preview: UndoPreview }) {
  const lines = [
    [preview.can, words.undo.can(preview.can)],
    [preview.partly, words.undo.partly(preview.partly)],
    [preview.asks_service, words.undo.asks(preview.asks_service)],
    [preview.cannot, words.undo.cannot(preview.cannot)],
  ] as const;
  return (
    <div className="grid gap-3">
      <ul className="grid gap-1">
        {lines
          .filter(([count]) => count > 0)
          .map(([, text]) => (
            <li key={text}>{text}</li>
          ))}
      </ul>
      {preview.looked_at < preview.records && (
        <p className="text-mut">{words.undo.lookedAt(preview.looked_at, preview.records)}</p>
      )}
      <details>
        <summary className="cursor-pointer text-mut">{words.undo.sample}</summary>
        <ul className="mt-2 grid gap-3">
          {preview.sample.map((one) => (
            <li key={one.record_id} className="min-w-0 border-line-2 border-l-2 pl-3">
              <p className="truncate font-medium">{one.title ?? words.undo.untitled}</p>
              <RecordPreview answer={one} />
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
