import type { ConnectorApi, RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Job } from '../world.ts';
import { type Answer, intercept, mapRows } from './intercept.ts';
import { mappingBugs } from './mapping-bugs.ts';
import type { Side } from './trial.ts';

/** A fault planted at the engine's seams: its database, the connector, the queue, what the inbox hands on. */
export interface Bug {
  db?(living: Db): Db;
  api?(living: ConnectorApi, side: Side): ConnectorApi;
  hook?(object: RemoteObject, side: Side): RemoteObject | null;
  skips?(job: Job): boolean;
}

/** Locking what is known before a state is applied. */
const locksKnown = 'order by r.id for update of r, l';
const locksLink = 'for update of r, l';
const echoWindowMs = 5_000;

/** Any state that arrives counts as the newest. */
const noRankGuard = (): Bug => ({
  db: (living) =>
    mapRows(
      living,
      (text) => text.includes(locksKnown),
      (row) => ({ ...row, remote_rank: -1 }),
    ),
});

/** What is gone is treated like what is there. */
const resurrect = (): Bug => ({
  db: (living) =>
    mapRows(
      living,
      (text) => text.includes(locksKnown),
      (row) => (row['state'] === 'tombstone' ? { ...row, state: 'synced' } : row),
    ),
});

/** A call is made without a row that says so. */
const noIntent = (): Bug => ({
  db: (living) =>
    intercept(
      living,
      (text) => text.includes('insert into public.push_intents'),
      () => Promise.resolve([]),
    ),
});

/** A worker takes its own word for it that the link is still its own. */
const noFence = (): Bug => ({
  db: (living) => {
    const mine = new Map<unknown, unknown>();
    const takes = 'update public.links set epoch =';
    const isMeant = (text: string) =>
      text.includes(takes) || (text.includes(locksLink) && !text.includes(locksKnown));
    return intercept(living, isMeant, async (text, given, run): Promise<Answer> => {
      if (text.includes(takes)) mine.set(given.at(-1), given[0]);
      const rows = await run();
      return rows.map((row) =>
        mine.has(row['id']) ? { ...row, epoch: mine.get(row['id']) } : row,
      );
    });
  },
});

/** The place a poll has come to is kept apart from what it brought. */
const cursorBeforeCommit = (): Bug => {
  const kept = new Map<Side, JsonObject>();
  return {
    api: (living, side) => ({
      ...living,
      poll: async (ctx, resource, scope, cursor) => {
        const page = await living.poll(ctx, resource, scope, kept.get(side) ?? cursor);
        kept.set(side, page.cursor);
        return page;
      },
    }),
  };
};

/** Work is taken in the order of ids, and what lies below the last one is thought to be done. */
const outboxById = (): Bug => {
  let last = '';
  return {
    skips: ({ name, payload }) => {
      if (name !== 'push') return false;
      if (payload.linkId <= last) return true;
      last = payload.linkId;
      return false;
    },
  };
};

/** A list that broke off is taken for the whole, and what it does not show for deleted. */
const deleteOnPartialSweep = (): Bug => {
  const listed = new Set<string>();
  let isPartial = false;
  return {
    api: (living) => ({
      ...living,
      backfill: async (...given) => {
        if (given[3] === null) listed.clear();
        try {
          const page = await living.backfill(...given);
          for (const { externalId } of page.objects) listed.add(externalId);
          return page;
        } catch {
          isPartial = true;
          return { objects: [], faults: [], next: null, total: null, cursor: {} };
        }
      },
      read: (ctx, resource, ref) =>
        isPartial && !listed.has(ref.externalId)
          ? Promise.resolve(null)
          : living.read(ctx, resource, ref),
    }),
  };
};

/** Whatever comes soon after a write of ours is taken for its echo. */
const echoByTime = (): Bug => {
  const wrote = new Map<string, number>();
  const isEcho = (object: RemoteObject, side: Side) => {
    const at = wrote.get(`${side.connectionId} ${object.externalId}`);
    return at !== undefined && Math.abs(Date.parse(object.updatedAt) - at) < echoWindowMs;
  };
  return {
    hook: (object, side) => (isEcho(object, side) ? null : object),
    api: (living, side) => ({
      ...living,
      update: async (ctx, resource, ref, fields, guard) => {
        const result = await living.update(ctx, resource, ref, fields, guard);
        wrote.set(`${side.connectionId} ${ref.externalId}`, side.remote.now);
        return result;
      },
      poll: async (...given) => {
        const page = await living.poll(...given);
        return { ...page, objects: page.objects.filter((object) => !isEcho(object, side)) };
      },
    }),
  };
};

/** What lists do not show any more counts as gone, wherever it has moved to. */
const leftIsGone = (): Bug => ({
  api: (living, side) => ({
    ...living,
    read: (ctx, resource, ref) =>
      side.remote.objects.get(ref.externalId)?.isMoved
        ? Promise.resolve(null)
        : living.read(ctx, resource, ref),
  }),
});

/** Whatever answers to an old id is taken for what had it. */
const oldIdStays = (): Bug => ({
  api: (living) => ({
    ...living,
    read: async (ctx, resource, ref) => {
      const object = await living.read(ctx, resource, ref);
      return object && { ...object, externalId: ref.externalId };
    },
  }),
});

export const bugs = {
  noRankGuard,
  resurrect,
  noIntent,
  noFence,
  cursorBeforeCommit,
  outboxById,
  deleteOnPartialSweep,
  echoByTime,
  leftIsGone,
  oldIdStays,
  ...mappingBugs,
} as const;
export type BugName = keyof typeof bugs;
