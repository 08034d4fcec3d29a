import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import type { Db } from '#lib/db/index';
import { enqueueDuePushes, type SyncDeps } from '#lib/sync/index';
import {
  editRecord,
  held,
  letTimePass,
  makeWorld,
  settle,
  sweep,
  type World,
  work,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(3);
  await settle(world);
});
afterEach(() => world.close());

describe('a worker that dies', () => {
  /** The worker's dependencies, with a place at which it goes no further. */
  function dyingAt(when: string, stall: () => Promise<void>): SyncDeps {
    if (when === 'before the answer is written') {
      return { ...world.deps, db: stallingAt(world.deps.db, 3, stall) };
    }
    const { api: living } = world.service;
    const api: ConnectorApi = {
      ...living,
      update: async (...given) => {
        if (when !== 'in the call, after its effect') {
          await stall();
          return living.update(...given);
        }
        const result = await living.update(...given);
        await stall();
        return result;
      },
    };
    return {
      ...world.deps,
      connect: async (...given) => ({ ...(await world.deps.connect(...given)), api }),
    };
  }

  /** The transactions of a push: 1 takes the link, 2 writes the intent, 3 the answer. */
  function stallingAt(db: Db, nth: number, stall: () => Promise<void>): Db {
    let begun = 0;
    return new Proxy(db, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'begin' || typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          begun += 1;
          if (begun === nth) await stall();
          return Reflect.apply(value, target, given) as unknown;
        };
      },
    });
  }

  const hang = () => {
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    return { hung, release };
  };

  it.each([
    'in the call, before its effect',
    'in the call, after its effect',
    'before the answer is written',
  ])('%s: the edit takes effect once', async (when) => {
    await editRecord(world, '1', { title: 'Exactly once' });
    await enqueueDuePushes(world.deps);
    const [job] = world.jobs.splice(0);
    if (!job) throw new Error('No push was due.');
    const { hung, release } = hang();
    const isThere = hang();
    const stall = async () => {
      isThere.release();
      await hung;
    };
    const deps = dyingAt(when, stall);
    const dead = work(deps, job);
    await isThere.hung;
    expect(await sweep(world)).toEqual([]);
    await letTimePass(world);
    const outcomes = await sweep(world);
    expect(outcomes).toContain('accepted');
    const writes = world.service.writes.length;
    expect(writes).toBe(1);
    release();
    // Back from the dead, the first worker may still call (nobody can stop a process that was only
    // slow), but it writes nothing: the link is under another epoch.
    expect(await dead).toBe('skipped');
    expect(await held(world, '1')).toMatchObject({
      state: 'synced',
      data: { title: 'Exactly once' },
    });
    expect(world.service.snapshot('1').fields['title']).toBe('Exactly once');
  });

  it('leaves a job that can be run twice at once: only one of them has the link', async () => {
    await editRecord(world, '1', { title: 'One of two' });
    await enqueueDuePushes(world.deps);
    const [job] = world.jobs.splice(0);
    if (!job) throw new Error('No push was due.');
    const outcomes = await Promise.all([
      work(world.deps, job),
      work(world.deps, job),
      work(world.deps, job),
    ]);
    expect(outcomes.sort()).toEqual(['accepted', 'skipped', 'skipped']);
    expect(world.service.writes).toHaveLength(1);
  });
});
