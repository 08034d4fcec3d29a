'use client';

import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { Chip } from '@/components/ui/chip';
import { Menu } from '@/components/ui/menu';
import { SearchInput } from '@/components/ui/search-input';
import { connectionSchema } from '@/lib/connections/schema';
import { type Kind, taskStates } from '@/lib/kinds/index';
import { callApi, keys } from '@/lib/live/index';
import { recordSorts } from '@/lib/records/schema';
import { noFilters, type RecordView } from './view-state';
import { words } from './words';

const connectionsSchema = z.object({ data: z.array(connectionSchema) });

/** Kinds that a connector of this hub brings. */
const shownKinds: readonly Kind[] = ['task', 'message', 'contact', 'payment'];

interface RecordFiltersProps {
  view: RecordView;
  onChange: (change: Partial<RecordView>) => void;
  isBusy: boolean;
}

export function RecordFilters({ view, onChange, isBusy }: RecordFiltersProps) {
  const { workspace } = useSession();
  const connections = useQuery({
    queryKey: keys.connections(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connections', {
        query: { workspace_id: workspace.id },
        schema: connectionsSchema,
        signal,
      }),
  });
  const sources =
    connections.data?.data.filter((connection) => connection.status !== 'disconnected') ?? [];
  const source = sources.find((connection) => connection.id === view.connection);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        className="w-full sm:w-72"
        label={words.search}
        value={view.q}
        onValueChange={(q) => onChange({ q })}
        busy={isBusy}
      />
      <Menu
        align="start"
        trigger={<Chip name={words.filters.kind} value={words.kinds[view.kind]} />}
        groups={[
          {
            items: shownKinds.map((kind) => ({
              id: kind,
              label: words.kinds[kind],
              checked: view.kind === kind,
              onSelect: () => onChange({ ...noFilters, kind, record: undefined }),
            })),
          },
        ]}
      />
      {view.kind === 'task' && (
        <Menu
          align="start"
          trigger={
            <Chip
              name={words.filters.state}
              value={view.state && words.states[view.state as keyof typeof words.states]}
              onRemove={view.state ? () => onChange({ state: undefined }) : undefined}
            />
          }
          groups={[
            {
              items: taskStates.map((state) => ({
                id: state,
                label: words.states[state],
                checked: view.state === state,
                onSelect: () => onChange({ state }),
              })),
            },
          ]}
        />
      )}
      {sources.length > 0 && (
        <Menu
          align="start"
          trigger={
            <Chip
              name={words.filters.source}
              value={source?.account_name}
              onRemove={view.connection ? () => onChange({ connection: undefined }) : undefined}
            />
          }
          groups={[
            {
              items: sources.map((one) => ({
                id: one.id,
                label: one.account_name,
                hint: one.connector,
                checked: one.id === view.connection,
                onSelect: () => onChange({ connection: one.id }),
              })),
            },
          ]}
        />
      )}
      {view.label && (
        <Chip
          name={words.filters.label}
          value={view.label}
          onRemove={() => onChange({ label: undefined })}
        />
      )}
      {view.assignee && (
        <Chip
          name={words.filters.assignee}
          value={view.assignee}
          onRemove={() => onChange({ assignee: undefined })}
        />
      )}
      <Menu
        align="start"
        trigger={
          <Chip
            name={words.filters.sort}
            value={words.sorts[view.sort as keyof typeof words.sorts] ?? view.sort}
          />
        }
        groups={[
          {
            items: recordSorts.map((sort) => ({
              id: sort,
              label: words.sorts[sort],
              checked: view.sort === sort,
              onSelect: () => onChange({ sort }),
            })),
          },
        ]}
      />
    </div>
  );
}
