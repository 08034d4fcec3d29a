import type { ConnectionDeps } from '#lib/connections/index';
import type { StepContext } from '#lib/sagas/index';
import type { EndpointDeps } from '#lib/webhooks/index';

/** What the steps of this hub's sagas act with. */
export interface StepDeps {
  connections: ConnectionDeps;
  endpoints: EndpointDeps;
  /** Milliseconds between polls of a stream without webhooks, for the words on its page. */
  pollMs: number;
}

/** Every saga of this hub is about a connection. */
export function placeOf({ workspaceId, connectionId }: StepContext): {
  workspaceId: string;
  connectionId: string;
} {
  if (connectionId === null) throw new Error('A saga of a connection names none');
  return { workspaceId, connectionId };
}

/** A step that calls a service: some tries within half a minute, then the saga makes do without. */
export const briefly = {
  timeoutMs: 50_000,
  retry: { attempts: 4, firstMs: 1_000, mostMs: 8_000 },
} as const;

/** A step of rows only: what fails there is the database, which is waited for. */
export const rowsOnly = {
  timeoutMs: 15_000,
  retry: { attempts: 10, firstMs: 500, mostMs: 30_000 },
} as const;
