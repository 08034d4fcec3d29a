import {
  dropOldRows,
  dropPassedCalls,
  enqueueDueCommands,
  enqueueDueRefreshes,
} from '#lib/connections/index';
import { type Db, transaction } from '#lib/db/index';
import type { Queue, Sweep } from '#lib/queue/index';
import { workUndoRuns } from '#lib/records/index';
import { dropOldAnswers, dropOldCache } from '#lib/resilience/index';
import {
  enqueueDueCreations,
  enqueueDuePolls,
  enqueueDuePushes,
  enqueueDueRuns,
  reviveCreations,
  type SyncDeps,
} from '#lib/sync/index';
import {
  enqueueDueInbox,
  foldInboxCounts,
  type InboxRetention,
  workReplays,
} from '#lib/webhooks/index';
import { cleanRows } from './clean-rows.ts';
import { connectorRules } from './connector-rules.ts';

/** Replays step back behind what comes in, so the inbox's hints are gathered for them. */
const settledReplaysMs = 500;
/** How often each kind of row is looked at when nobody said that one is due. */
const everyMs = {
  commands: 1_000,
  push: 1_000,
  creations: 1_000,
  refusedCreations: 10_000,
  inbox: 1_000,
  replays: 1_000,
  inboxCounts: 1_000,
  runs: 1_000,
  polls: 2_000,
  undos: 1_000,
  refreshes: 5_000,
  passedCalls: 15_000,
  pauses: 60_000,
  cleaning: 600_000,
} as const;
/** Events leased by one sweep. */
const inboxRows = 200;

export interface RowSweepDeps {
  db: Db;
  queue: Queue;
  sync: SyncDeps;
  inbox: InboxRetention;
}

/** Rows that are due become jobs; rows that have told everything go. */
export function rowSweeps({ db, queue, sync, inbox }: RowSweepDeps): Sweep[] {
  /** The refused creation this worker looked at last. */
  let lookedAt: string | null = null;
  return [
    {
      work: 'queues',
      everyMs: everyMs.pauses,
      run: async () => {
        await queue.readPauses();
        return 0;
      },
    },
    {
      work: 'commands',
      queue: 'command',
      everyMs: everyMs.commands,
      run: () => enqueueDueCommands({ db, queue }),
    },
    { work: 'push', queue: 'push', everyMs: everyMs.push, run: () => enqueueDuePushes(sync) },
    {
      work: 'creations',
      queue: 'create',
      everyMs: everyMs.creations,
      run: () => enqueueDueCreations(sync),
    },
    {
      work: null,
      name: 'refused creations',
      queue: 'create',
      everyMs: everyMs.refusedCreations,
      run: async () => {
        const { revived, last } = await reviveCreations(sync, lookedAt);
        lookedAt = last;
        return { enqueued: revived, mayLeave: false };
      },
    },
    {
      work: 'inbox',
      queue: 'inbox',
      everyMs: everyMs.inbox,
      run: () => transaction(db, (tx) => enqueueDueInbox(tx, queue, inboxRows)),
    },
    // What is applied makes room for more, so it answers to the inbox's hints.
    {
      work: 'inbox',
      name: 'replays',
      queue: 'inbox',
      everyMs: everyMs.replays,
      settleMs: settledReplaysMs,
      run: async () => {
        const enqueued = await workReplays(db);
        // What waits for room says itself when to look again.
        return { enqueued, mayLeave: enqueued > 0 };
      },
    },
    {
      work: null,
      name: 'inbox counts',
      everyMs: everyMs.inboxCounts,
      run: async () => ((await foldInboxCounts(db)) ? 1 : 0),
    },
    { work: 'runs', queue: 'run', everyMs: everyMs.runs, run: () => enqueueDueRuns(sync) },
    { work: 'undos', everyMs: everyMs.undos, run: () => workUndoRuns(sync, connectorRules) },
    { work: 'polls', queue: 'poll', everyMs: everyMs.polls, run: () => enqueueDuePolls(sync) },
    {
      work: null,
      name: 'refreshes',
      queue: 'refresh',
      everyMs: everyMs.refreshes,
      run: () => enqueueDueRefreshes({ db, queue }),
    },
    {
      work: null,
      name: 'passed calls',
      everyMs: everyMs.passedCalls,
      run: async () => {
        await dropPassedCalls(db);
        return 0;
      },
    },
    {
      work: null,
      name: 'cleaning',
      everyMs: everyMs.cleaning,
      run: async () => {
        await dropOldRows(db);
        await dropOldCache(db);
        await dropOldAnswers(db);
        await db`delete from private.rate_limits where expires_at < now()`;
        await cleanRows(db, inbox);
        return 0;
      },
    },
  ];
}
