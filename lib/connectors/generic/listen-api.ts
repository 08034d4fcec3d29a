import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { toError } from './errors.ts';

const nobody = (): Promise<never> =>
  Promise.reject(
    new HubError('provider.refused', 'This connection only listens: nothing is called.', {
      details: { sent: false },
    }),
  );

/** There is nothing to ask for: what comes, comes by itself. */
const quietMs = 86_400_000;

/** Of a connector that calls nobody: what is wanted of it is told plainly, so that nothing waits for it. */
export const listenApi = {
  account: nobody,
  scopes: () => Promise.resolve([]),
  /** Nothing there can be read back, so a stream begins with what comes next. */
  backfill: () =>
    Promise.resolve({ objects: [], faults: [], next: null, total: 0, cursor: { heard: true } }),
  poll: (_ctx, _resource, _scope, cursor) =>
    Promise.resolve({
      objects: [],
      faults: [],
      cursor,
      hasMore: false,
      notModified: true,
      intervalMs: quietMs,
    }),
  read: nobody,
  update: nobody,
  toError,
} satisfies ConnectorApi;
