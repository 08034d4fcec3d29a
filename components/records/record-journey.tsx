'use client';

import { useQuery } from '@tanstack/react-query';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { ErrorState } from '@/components/ui/error-state';
import { formatDuration } from '@/components/ui/format-time';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { ListSkeleton } from '@/components/ui/skeleton';
import { type Step, StepList } from '@/components/ui/step-list';
import { callApi, type EditStage, keys, linkStage, type PendingEdit } from '@/lib/live/index';
import { type RecordRow, recordHistorySchema } from '@/lib/records/schema';
import { ConflictChoice } from './conflict-choice';
import { RecordTimeline } from './record-timeline';
import { fieldWords } from './values';
import { words } from './words';

/** The stages of the last edit, one line each, in the words of the service it went to. */
function stepsOf(
  row: RecordRow,
  pending: PendingEdit[],
  nameOf: (connector: string) => string,
): Step[] {
  if (pending.length > 0) return [{ id: 'hub', title: words.steps.saving, state: 'busy' }];
  return row.links.flatMap((link) => {
    const stage = linkStage(link);
    if (stage.stage === 'none') return [];
    return [
      {
        id: `${link.id}-hub`,
        title: words.steps.saved,
        // Of an edit that has gone on, the record's version may be a later one.
        ...(link.state === 'dirty' || link.state === 'pushing'
          ? { detail: words.steps.version(row.version) }
          : {}),
        state: 'done' as const,
      },
      ...serviceSteps(nameOf(link.connector), link.id, stage),
    ];
  });
}

function serviceSteps(name: string, id: string, stage: EditStage): Step[] {
  const aside = 'ms' in stage && stage.ms !== null ? formatDuration(stage.ms) : undefined;
  switch (stage.stage) {
    case 'saved':
      return [
        {
          id: `${id}-send`,
          title: stage.waitsFor
            ? words.steps.resting(name, stage.waitsFor)
            : words.steps.waiting(name),
          state: 'waiting',
        },
      ];
    case 'sending':
      return [{ id: `${id}-send`, title: words.steps.sending(name), state: 'busy' }];
    case 'accepted':
      return [
        { id: `${id}-send`, title: words.steps.accepted(name), aside, state: 'done' },
        { id: `${id}-echo`, title: words.steps.noEcho, state: 'waiting' },
      ];
    case 'echoed':
      return [
        { id: `${id}-send`, title: words.steps.accepted(name), state: 'done' },
        {
          id: `${id}-echo`,
          title: words.steps.echo,
          detail: words.steps.echoHint,
          aside,
          state: 'done',
        },
      ];
    case 'refused':
      return [
        { id: `${id}-send`, title: words.steps.refused(name), state: 'failed' },
        ...afterRefusal(id, stage),
      ];
    case 'unknown':
      return [
        { id: `${id}-send`, title: words.steps.unknown, detail: stage.message, state: 'busy' },
      ];
    case 'conflict':
      return [
        {
          id: `${id}-send`,
          title: words.steps.held,
          detail: stage.fields.map(fieldWords).join(', '),
          state: 'failed',
        },
      ];
    case 'saving':
    case 'none':
      return [];
  }
}

function afterRefusal(
  id: string,
  { here, waits }: Extract<EditStage, { stage: 'refused' }>,
): Step[] {
  if (waits.length > 0) {
    const detail = waits.map(fieldWords).join(', ');
    return [{ id: `${id}-here`, title: words.steps.asks, detail, state: 'waiting' }];
  }
  return here === null ? [] : [{ id: `${id}-here`, title: words.steps[here], state: 'done' }];
}

export function RecordJourney({ row, pending }: { row: RecordRow; pending: PendingEdit[] }) {
  const { workspace } = useSession();
  const nameOf = useProviderName();
  const history = useQuery({
    queryKey: keys.recordHistory(workspace.id, row.id),
    queryFn: ({ signal }) =>
      callApi(`/records/${row.id}/history`, { schema: recordHistorySchema, signal }),
  });
  const steps = stepsOf(row, pending, nameOf);
  const refused = row.links.find((link) => link.state === 'refused');
  const connectors = new Map(row.links.map((link) => [link.connection_id, nameOf(link.connector)]));
  const open = history.data?.conflicts.filter((conflict) => conflict.status === 'open') ?? [];
  return (
    <div className="grid gap-5">
      {refused?.error && (
        <Notice
          tone="bad"
          title={words.refused[refused.error.here ?? 'unknown'](nameOf(refused.connector))}
        >
          {refused.error.message}
        </Notice>
      )}
      <ConflictChoice conflicts={open} />
      {steps.length > 0 && (
        <Panel>
          <StepList label="How far the last edit got" steps={steps} />
        </Panel>
      )}
      {history.error ? (
        <ErrorState title="The history could not be read" onRetry={() => void history.refetch()}>
          {history.error.message}
        </ErrorState>
      ) : !history.data ? (
        <ListSkeleton label="The history is loading" />
      ) : (
        <RecordTimeline history={history.data} connectors={connectors} />
      )}
    </div>
  );
}
