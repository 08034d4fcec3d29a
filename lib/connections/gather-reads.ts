import type {
  ConnectorApi,
  ConnectorContext,
  RemoteObject,
  RemoteRef,
} from '#lib/connectors/protocol/index';
import { limits } from '#lib/core/index';
import { createBatch } from '#lib/resilience/index';
import type { Guards } from './guards.ts';

/** A read wanted by one job. */
interface Wanted {
  ctx: ConnectorContext;
  ref: RemoteRef;
}

export type Reads = (wanted: Wanted) => Promise<RemoteObject | null>;

/** A read waits so long for others; less than any call takes. */
const gatherMs = 8;

const refText = ({ ref }: Wanted): string =>
  JSON.stringify([ref.externalId, ref.externalKey, ref.scope]);

/**
 * The same calls, with reads that are wanted at one moment (by jobs of this worker) gathered into one
 * call, where the connector can read many. The call is made for the first of them.
 */
export function gatherReads(
  api: ConnectorApi,
  guards: Pick<Guards, 'reads' | 'budget'>,
  onSaved: (how: 'together', calls: number) => void,
): ConnectorApi {
  const readMany = api.readMany?.bind(api);
  if (!readMany) return api;
  const readsOf = (resource: string): Reads => {
    const known = guards.reads.get(resource);
    if (known) return known;
    const reads = createBatch<Wanted, RemoteObject | null>({
      most: limits.readMany,
      gatherMs,
      keyOf: refText,
      load: async (wanted) => {
        const [first] = wanted;
        if (!first) return [];
        const refs = wanted.map(({ ref }) => ref);
        return readMany(first.ctx, resource, refs);
      },
      onSaved: (calls) => {
        guards.budget.save(calls);
        onSaved('together', calls);
      },
    });
    guards.reads.set(resource, reads);
    return reads;
  };
  return { ...api, read: (ctx, resource, ref) => readsOf(resource)({ ctx, ref }) };
}
