import type { LookupItem } from '#lib/connectors/protocol/index';
import { HubError, isHubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { nameOf } from './checked-sides.ts';
import type { FlowConnectors } from './flow-connectors.ts';
import type { ListedValue } from './match-values.ts';
import type { Suggestion } from './schema.ts';
import { type StreamRow, selectSideStreams } from './stream-store.ts';
import { type SuggestedSide, suggestRules } from './suggest-rules.ts';

export interface SuggestDeps {
  connectors: FlowConnectors;
  /** A transaction under the member's rights; none is open while services are asked. */
  inTransaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** A list of the service's, from what is kept of it where it can be. */
  lookup: (place: {
    connectionId: string;
    name: string;
    scopeKey: string;
  }) => Promise<readonly LookupItem[]>;
}

/** The lists that say what a field can be, and whether an item's detail is another name of it. */
const lists: Readonly<Record<string, { lookup: string; isDetailName: boolean }>> = {
  assignees: { lookup: 'users', isDetailName: true },
  labels: { lookup: 'labels', isDetailName: false },
  priority: { lookup: 'priorities', isDetailName: false },
};

/**
 * What the mapping between these streams could be. A service that cannot be asked now makes a gap and
 * no fault. Throws `request.invalid` for a stream the workspace does not have.
 */
export async function suggestForStreams(
  deps: SuggestDeps,
  at: { workspaceId: string; streamIds: readonly string[] },
): Promise<Suggestion[]> {
  const rows = await deps.inTransaction((tx) =>
    selectSideStreams(tx, at.workspaceId, at.streamIds),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const errors = at.streamIds.flatMap((id, index) =>
    byId.has(id)
      ? []
      : [{ field: `stream_ids.${index}`, reason: 'is no stream of this workspace' }],
  );
  if (errors.length > 0) {
    throw new HubError('request.invalid', 'There is no such stream.', { details: { errors } });
  }
  const ordered = [...new Set(at.streamIds)].flatMap((id) => byId.get(id) ?? []);
  return suggestRules(await Promise.all(ordered.map((row) => readSide(deps, row))));
}

async function readSide(deps: SuggestDeps, row: StreamRow): Promise<SuggestedSide> {
  const { connectors } = deps;
  const resource = connectors.resourceOf(row.connector, row.resource);
  const side = {
    streamId: row.id,
    name: nameOf(connectors, row),
    kind: row.kind,
    writable: resource?.writable ?? [],
    writableValues: resource?.writableValues ?? {},
    holdsOne: resource?.holdsOne ?? [],
    seen: row.seen,
  };
  const found: Record<string, readonly ListedValue[]> = {};
  const unread: Record<string, string> = {};
  const known = connectors.lookupsOf(row.connector);
  await Promise.all(
    Object.entries(lists).map(async ([field, { lookup, isDetailName }]) => {
      const accepted = side.writableValues[field];
      if (accepted) found[field] = accepted.map((value) => ({ value, known: [value] }));
      if (accepted || !known.includes(lookup)) return;
      try {
        const items = await deps.lookup({
          connectionId: row.connection_id,
          name: lookup,
          scopeKey: row.scope_key,
        });
        found[field] = items.map((item) => toListed(item, isDetailName));
      } catch (error) {
        if (!isHubError(error)) throw error;
        unread[field] = error.message;
      }
    }),
  );
  return { ...side, lists: found, unread };
}

/** Records hold the name; the id is the service's own. */
const toListed = ({ name, detail }: LookupItem, isDetailName: boolean): ListedValue => ({
  value: name,
  known: [...new Set([name, ...(isDetailName && detail !== null ? [detail] : [])])],
});
