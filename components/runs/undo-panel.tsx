'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { UndoFaultLine } from '@/components/records/change-undo';
import { useMay, useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { ProgressBar } from '@/components/ui/progress-bar';
import type { UndoDetail, UndoRun } from '@/lib/records/schema';
import { UndoRunButton } from './undo-dialog';
import { useCancelUndo, useUndo, useUndos } from './use-run';
import { words } from './words';

const bars = {
  queued: 'running',
  running: 'running',
  asking: 'running',
  completed: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
} as const;

/** The newest undo of a run, as far as it is; nothing where there was none. */
export function UndoPanel({ runId }: { runId: string }) {
  const undos = useUndos(runId);
  const [newest] = undos.data?.data ?? [];
  if (!newest) return null;
  return (
    <Panel title={words.undo.panel} aside={words.undo.statuses[newest.status]}>
      <UndoState undo={newest} />
    </Panel>
  );
}

function UndoState({ undo }: { undo: UndoRun }) {
  const mayAct = useMay('editor');
  const detail = useUndo(undo.id);
  const cancel = useCancelUndo(undo.id);
  const isOver = undo.finished_at !== null;
  const notes = detail.data?.notes ?? [];
  return (
    <div className="grid gap-3">
      <ProgressBar
        label={words.undo.label}
        done={undo.done}
        total={undo.expected}
        unit={words.undo.unit}
        state={bars[undo.status]}
        actions={
          mayAct &&
          !isOver && (
            <Button size="sm" busy={cancel.isPending} onClick={() => cancel.mutate()}>
              {words.undo.stop}
            </Button>
          )
        }
      />
      <p className="text-mut">{words.undo.result(undo)}</p>
      {undo.error && <p className="text-bad">{undo.error.message}</p>}
      {notes.length > 0 && <UndoNotes notes={notes} />}
      {mayAct && isOver && undo.undone + undo.partly > 0 && (
        <div>
          <UndoRunButton runId={undo.id} label={words.undo.again} />
        </div>
      )}
    </div>
  );
}

export function UndoNotes({ notes }: { notes: UndoDetail['notes'] }) {
  const { home } = useSession();
  return (
    <details>
      <summary className="cursor-pointer text-mut">{words.undo.notes}</summary>
      <ul className="mt-2 grid gap-2">
        {notes.map((note) => (
          <li key={note.record_id} className="min-w-0">
            <Link
              href={`${home}/records?record=${note.record_id}` as Route}
              className="mr-2 text-accent underline underline-offset-2"
            >
              {note.title ?? words.undo.untitled}
            </Link>
            <Badge tone={note.outcome === 'restored' ? 'ok' : 'warn'} shape="tag">
              {words.undo.outcomes[note.outcome]}
            </Badge>
            {note.cannot.map((fault) => (
              <div key={`${fault.field ?? ''} ${fault.code}`} className="text-meta">
                <UndoFaultLine fault={fault} />
              </div>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}
