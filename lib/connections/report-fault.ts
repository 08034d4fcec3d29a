import { type HubError, isHubError } from '#lib/core/index';
import { logConnection } from './connection-log.ts';
import type { Guards } from './guards.ts';
import { recoveryOf } from './recovery.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

export interface FaultReport {
  deps: Pick<ConnectionDeps, 'db' | 'clock' | 'log'>;
  at: ConnectionAt;
  runId: string | undefined;
  guards: Guards;
}

/** The same fault of a connection is written at most once in this time: a storm is one line. */
const quietMs = 5_000;

/** Writes a fault with its named outcome to the connection's log. Never throws. */
export async function reportFault(report: FaultReport, error: unknown): Promise<void> {
  if (!isHubError(error)) return;
  const recovery = recoveryOf(error.code);
  const now = report.deps.clock.now();
  const last = report.guards.loggedAtMs.get(error.code);
  if (!recovery || (last !== undefined && now - last < quietMs)) return;
  report.guards.loggedAtMs.set(error.code, now);
  try {
    await logConnection(report.deps.db, {
      ...report.at,
      ...(report.runId === undefined ? {} : { runId: report.runId }),
      level: recovery.level,
      code: error.code,
      message: error.message,
      details: { outcome: recovery.outcome, ...statusOf(error) },
    });
  } catch (fault) {
    report.deps.log.warn('A fault could not be written to its connection', {
      connection_id: report.at.connectionId,
      code: error.code,
      err: fault,
    });
  }
}

function statusOf(error: HubError): { status?: number; wait_ms?: number } {
  const status = error.details?.['status'];
  return {
    ...(typeof status === 'number' ? { status } : {}),
    ...(error.afterMs === undefined ? {} : { wait_ms: Math.round(error.afterMs) }),
  };
}
