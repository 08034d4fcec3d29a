import { type HubError, isHubError } from '#lib/core/index';
import { logConnection } from './connection-log.ts';
import type { Guards } from './guards.ts';
import { recoveryOf, situationOf } from './recovery.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

export interface FaultReport {
  deps: Pick<ConnectionDeps, 'db' | 'clock' | 'log'>;
  at: ConnectionAt;
  runId: string | undefined;
  guards: Pick<Guards, 'loggedAtMs'>;
}

/** The same fault of a connection is written at most once in this time: a storm is one line. */
const quietMs = 5_000;

/** Writes a fault that leaves the call, with its named outcome. Never throws. */
export async function reportFault(report: FaultReport, error: unknown): Promise<void> {
  if (isHubError(error)) await write(report, error, 'outcome');
}

/** Writes that a fault was answered as the table says, and the call goes on. Never throws. */
export async function reportRecovery(
  report: FaultReport,
  error: HubError,
  waitMs: number,
): Promise<void> {
  await write(report, error, 'used', waitMs);
}

async function write(
  report: FaultReport,
  error: HubError,
  end: 'used' | 'outcome',
  waitMs?: number,
): Promise<void> {
  const recovery = recoveryOf(error);
  const outcome = recovery?.[end];
  if (!recovery || !outcome) return;
  const { deps, at, runId, guards } = report;
  const kind = `${runId ?? ''} ${situationOf(error)} ${end}`;
  const now = deps.clock.now();
  const last = guards.loggedAtMs.get(kind);
  if (last !== undefined && now - last < quietMs) return;
  forgetOld(guards.loggedAtMs, now);
  guards.loggedAtMs.set(kind, now);
  try {
    await logConnection(deps.db, {
      ...at,
      ...(runId === undefined ? {} : { runId }),
      level: end === 'used' ? 'info' : recovery.level,
      code: situationOf(error),
      message: error.message,
      details: {
        recovery: recovery.action,
        outcome,
        ...statusOf(error),
        ...(waitMs === undefined ? {} : { wait_ms: Math.round(waitMs) }),
      },
    });
  } catch (fault) {
    deps.log.warn('A fault could not be written to its connection', {
      connection_id: at.connectionId,
      code: error.code,
      err: fault,
    });
  }
}

function forgetOld(loggedAtMs: Map<string, number>, now: number): void {
  for (const [kind, at] of loggedAtMs) if (now - at >= quietMs) loggedAtMs.delete(kind);
}

function statusOf(error: HubError): { status?: number; wait_ms?: number } {
  const status = error.details?.['status'];
  return {
    ...(typeof status === 'number' ? { status } : {}),
    ...(error.afterMs === undefined ? {} : { wait_ms: Math.round(error.afterMs) }),
  };
}
