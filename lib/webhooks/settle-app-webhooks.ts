import type { Tx } from '#lib/db/index';
import {
  activateProven,
  type MisdeliveredConnection,
  selectMisdelivered,
} from './app-webhook-store.ts';

/** Connections set right by one sweep. */
const sweepRows = 100;

/** Why a connection whose service a person has to tell our address is polled. */
export const reasonOf = (hook: { hasSecret: boolean }): string =>
  hook.hasSecret
    ? 'no event signed with the pasted secret has come yet'
    : 'its webhooks are set up by hand: in Settings, under Apps';

type Delivery = { delivery: 'webhook' } | { delivery: 'poll'; reason: string };

/**
 * What has arrived at the addresses of apps decides how their connections are kept up to date.
 * Answers those that differ; whoever keeps streams is to be told in the same transaction.
 */
export async function settleAppWebhooks(
  tx: Tx,
  connectors: readonly string[],
): Promise<{ at: Pick<MisdeliveredConnection, 'workspaceId' | 'connectionId'>; to: Delivery }[]> {
  await activateProven(tx);
  const found = await selectMisdelivered(tx, connectors, sweepRows);
  return found.map(({ workspaceId, connectionId, isProven, hasSecret }) => ({
    at: { workspaceId, connectionId },
    to: isProven ? { delivery: 'webhook' } : { delivery: 'poll', reason: reasonOf({ hasSecret }) },
  }));
}
