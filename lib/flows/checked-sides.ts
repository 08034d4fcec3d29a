import type { Tx } from '#lib/db/index';
import type { FieldRule } from '#lib/sync/schema';
import type { CheckedSide } from './check-flow.ts';
import type { FlowConnectors } from './flow-connectors.ts';
import { type StreamRow, selectSideStreams } from './stream-store.ts';

/** A stream the way people speak of it: “acme/web at GitHub”. */
export const nameOf = (connectors: FlowConnectors, row: StreamRow): string =>
  `${row.name} at ${connectors.providerOf(row.connector)}`;

/** What is asked for, beside what is known of each stream; `flowId` is the flow that asks. */
export async function readSides(
  tx: Tx,
  connectors: FlowConnectors,
  at: {
    workspaceId: string;
    flowId: string | null;
    sides: readonly {
      stream_id: string;
      /** Not said: where it can be. */
      creates?: boolean | undefined;
      rules: readonly FieldRule[];
    }[];
  },
): Promise<CheckedSide[]> {
  const ids = at.sides.map((side) => side.stream_id);
  const rows = await selectSideStreams(tx, at.workspaceId, ids);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return at.sides.map((side) => {
    const row = byId.get(side.stream_id);
    const resource = row ? connectors.resourceOf(row.connector, row.resource) : null;
    return {
      streamId: side.stream_id,
      creates: side.creates ?? resource?.creates !== undefined,
      rules: side.rules,
      stream: row
        ? {
            name: nameOf(connectors, row),
            kind: row.kind,
            connectionId: row.connection_id,
            inFlow: row.flow_id === at.flowId ? null : row.flow_name,
            resource,
            seen: row.seen,
          }
        : null,
    };
  });
}
