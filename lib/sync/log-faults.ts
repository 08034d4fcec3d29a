import type { ProviderFault } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { syncLimits } from './limits.ts';
import { storable } from './storable.ts';
import type { SyncDeps } from './sync-deps.ts';

/** Objects of a page that could not be understood, kept where a person can see them; the others proceed. */
export async function logFaults(
  deps: Pick<SyncDeps, 'logConnection'>,
  tx: Tx,
  at: { workspaceId: string; connectionId: string; runId: string },
  faults: readonly ProviderFault[],
): Promise<void> {
  for (const fault of faults.slice(0, syncLimits.loggedFaults)) {
    const details: JsonObject = { external_id: fault.externalId, ...rawOf(fault) };
    await deps.logConnection(tx, {
      ...at,
      level: 'warning',
      code: 'sync.object_unreadable',
      message: fault.message.slice(0, 1000),
      details: storable(details),
    });
  }
}

function rawOf(fault: ProviderFault): JsonObject {
  if (fault.raw === null) return {};
  const text = JSON.stringify(fault.raw);
  return text.length <= syncLimits.faultRawChars
    ? { raw: fault.raw }
    : { raw_start: text.slice(0, syncLimits.faultRawChars) };
}
