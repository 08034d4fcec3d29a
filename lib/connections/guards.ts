import type { HttpAnswer } from '#lib/connectors/protocol/index';
import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import {
  type AllowedRate,
  type Breaker,
  type BreakerState,
  type Budget,
  type BudgetStore,
  type Bulkhead,
  connectionBreakers,
  createBreaker,
  createBudget,
  createBulkhead,
  type KeptAnswers,
  memoryBreaker,
  memoryBudget,
  paceOf,
  postgresAnswers,
  postgresBreaker,
  postgresBudget,
  postgresClock,
  type ServiceClock,
  unwatchedClock,
  watchClock,
} from '#lib/resilience/index';
import { redact } from '#lib/security/index';
import { logConnection } from './connection-log.ts';
import type { Reads } from './gather-reads.ts';
import type { ConnectionAt } from './worker-deps.ts';

/** What one connection may ask for. */
export interface Guards {
  /** Shared by all workers; so is the breaker. */
  budget: Budget;
  breaker: Breaker;
  /** How far the service's clock is from ours. */
  clock: ServiceClock;
  /** Of this worker. */
  bulkhead: Bulkhead;
  /** Null where nothing is kept. */
  answers: KeptAnswers | null;
  /** Questions under way in this worker, by what they ask. */
  asking: Map<string, Promise<HttpAnswer>>;
  /** Reads of this worker that are gathered into one call, by resource. */
  reads: Map<string, Reads>;
  /** When a fault of this kind was last written to the log of the connection. */
  loggedAtMs: Map<string, number>;
}

export interface ConnectionGuards {
  /** Of a connection, together with all other workers. */
  shared(at: ConnectionAt, rate: AllowedRate): Guards;
  /** Of an account that is no connection yet: for the few calls that make it one. */
  of(commandId: string): Guards;
  /** Tells what is not told yet and gives back what is not used. */
  close(): Promise<void>;
}

export interface GuardsDeps {
  /** As patchbay_worker. */
  db: Db;
  clock: Clock;
  log: Logger;
}

/** Connections remembered by one worker; the one unused for longest is given back. */
const remembered = 5_000;
/** Before anything is known of the account: careful. */
const firstCalls: AllowedRate = { requests: 60, perMs: 60_000, concurrent: 4, headers: null };

export function createConnectionGuards(deps: GuardsDeps): ConnectionGuards {
  const all = new Map<string, Guards>();
  const remember = (id: string, make: () => Guards): Guards => {
    const guards = all.get(id) ?? make();
    all.delete(id);
    all.set(id, guards);
    if (all.size > remembered) {
      const [oldest] = all.keys();
      const old = oldest === undefined ? undefined : all.get(oldest);
      all.delete(oldest ?? '');
      void old?.budget.close();
      void old?.clock.close();
    }
    return guards;
  };
  return {
    shared: (at, rate) => remember(at.connectionId, () => sharedGuards(deps, at, rate)),
    of: (commandId) => remember(commandId, () => aloneGuards(deps)),
    close: async () => {
      const parts = [...all.values()].flatMap(({ budget, clock }) => [budget, clock]);
      await Promise.all(parts.map((part) => part.close()));
      all.clear();
    },
  };
}

function sharedGuards(deps: GuardsDeps, at: ConnectionAt, rate: AllowedRate): Guards {
  const { db, clock, log } = deps;
  const breaker = createBreaker({
    store: postgresBreaker(db, connectionBreakers, {
      workspaceId: at.workspaceId,
      ownerId: at.connectionId,
    }),
    clock,
    clean: redact,
    onChange: (before, after) => tellBreaker(deps, at, before, after),
    onFault: (error) => {
      log.warn('The end of a call could not be noted', {
        connection_id: at.connectionId,
        err: error,
      });
    },
  });
  const serviceClock = watchClock({
    store: postgresClock(db, at, clock),
    clock,
    onFault: (error) => {
      log.warn('The clock of a service could not be noted', {
        connection_id: at.connectionId,
        err: error,
      });
    },
  });
  return {
    ...localGuards(clock, rate, postgresBudget(db, at)),
    clock: serviceClock,
    breaker,
    answers: postgresAnswers(db, at),
  };
}

function aloneGuards({ clock }: GuardsDeps): Guards {
  const breaker = createBreaker({ store: memoryBreaker(clock), clock });
  return {
    ...localGuards(clock, firstCalls, memoryBudget(clock)),
    clock: unwatchedClock,
    breaker,
    answers: null,
  };
}

const localGuards = (clock: Clock, rate: AllowedRate, store: BudgetStore) => ({
  budget: createBudget({ store, pace: paceOf(rate), clock }),
  bulkhead: createBulkhead(),
  asking: new Map<string, Promise<HttpAnswer>>(),
  reads: new Map<string, Reads>(),
  loggedAtMs: new Map<string, number>(),
});

/** The page says when a service is left alone and when it answers again. Never throws. */
async function tellBreaker(
  { db, log }: GuardsDeps,
  at: ConnectionAt,
  before: BreakerState,
  after: BreakerState,
): Promise<void> {
  if (after.state === 'half_open') return;
  const isOpen = after.state === 'open';
  // It opened anew after a try: the first line says it already.
  if (isOpen && before.state !== 'closed') return;
  try {
    await logConnection(db, {
      ...at,
      level: isOpen ? 'warning' : 'info',
      code: isOpen ? 'breaker.opened' : 'breaker.closed',
      message: isOpen
        ? `The service failed ${after.faults} times in a row and is left alone for a moment. ${after.cause?.message ?? ''}`.trim()
        : 'The service answers again.',
      details: isOpen ? { cause: after.cause?.code ?? null, recovery: 'later' } : {},
    });
  } catch (error) {
    log.warn('A change of a breaker was not told', { connection_id: at.connectionId, err: error });
  }
}
