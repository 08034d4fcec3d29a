import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordRow } from '#lib/records/schema';
import { startHub } from '../e2e/hub.ts';
import {
  closeCase,
  controlOf,
  editInGitHub,
  type HubCase,
  openLiveCase,
  untilEqual,
} from './hub-case.ts';
import { inconsistencies, openDatabase } from './inside.ts';
import { type Kept, type Person, repo } from './person.ts';
import { eventually, isAlive, until } from './waiting.ts';

/** Generous: the aim is ten seconds on an idle machine. */
const restartDeadlineMs = 60_000;
const leaveDeadlineMs = 20_000;

async function recordOf(person: Person, number: number): Promise<RecordRow> {
  const record = (await person.records()).find(({ data }) => data['number'] === number);
  if (!record) throw new Error(`There is no #${number}`);
  return record;
}

/** An edit made in the hub, followed to GitHub; answers the stage it ends in. */
async function editInHub(world: HubCase, number: number, title: string): Promise<string> {
  const record = await recordOf(world.person, number);
  await world.person.ask('PATCH', `/records/${record.id}`, {
    mutation_id: crypto.randomUUID(),
    version: record.version,
    data: { title },
  });
  await until('GitHub has the edit', async () =>
    (await world.sandbox.issues(repo)).some((issue) => issue.title === title),
  );
  return eventually('the echo is seen', async () => {
    const [link] = (await world.person.record(record.id)).links;
    return link?.echoed_at ? link.state : null;
  });
}

/** Processes whose environment or arguments name the state directory. */
function processesOf(stateDir: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
        const isOurs = command.includes(stateDir) || environment.includes(stateDir);
        return isOurs ? [{ pid: Number(name), command }] : [];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

describe('both sides, over stops and a killed supervisor', () => {
  let world: HubCase & Kept;

  beforeAll(async () => {
    world = await openLiveCase();
  });
  afterAll(() => closeCase(world));

  /** The next start on the same state and port; answers how long it took to be ready. */
  async function startAgain(): Promise<number> {
    const { stateDir, port } = world.hub;
    const startedAt = performance.now();
    const hub = await startHub({ stateDir, port });
    const seconds = (performance.now() - startedAt) / 1000;
    world = { ...world, hub, sandbox: controlOf(hub) };
    return seconds;
  }

  it('carries an edit each way', async () => {
    expect(await editInHub(world, 12, 'Edited in the hub')).toBe('synced');
    await editInGitHub(world.sandbox, 13, { title: 'Edited in GitHub' });
    await until(
      'the hub has the edit',
      async () => (await recordOf(world.person, 13)).data['title'] === 'Edited in GitHub',
    );
    await untilEqual(world);
  });

  it('is as it was after a stop and a start, and carries edits each way', async () => {
    const before = await world.person.connection(world.connectionId);
    await world.hub.stop();
    expect(processesOf(world.hub.stateDir)).toEqual([]);
    const seconds = await startAgain();
    process.stdout.write(`second start ready after ${seconds.toFixed(1)} s\n`);
    expect(seconds * 1000).toBeLessThan(restartDeadlineMs);
    const after = await world.person.connection(world.connectionId);
    expect(after).toMatchObject({ status: 'active', delivery: 'webhook', records: before.records });
    await editInGitHub(world.sandbox, 14, { title: 'Edited after the start' });
    await until(
      'the next webhook arrives',
      async () => (await recordOf(world.person, 14)).data['title'] === 'Edited after the start',
    );
    expect(await editInHub(world, 15, 'Edited after the start, here')).toBe('synced');
    await untilEqual(world);
  }, 120_000);

  it('leaves nothing but PostgreSQL behind a killed supervisor, and starts again', async () => {
    const { supervisor, pids } = world.hub.runtime();
    process.kill(supervisor, 'SIGKILL');
    await until(
      'every part has left',
      () => Object.values(pids).every((pid) => !isAlive(pid)),
      leaveDeadlineMs,
    );
    const left = await eventually(
      'only PostgreSQL is left',
      () => {
        const others = processesOf(world.hub.stateDir).filter(
          ({ command }) => !/\bpostgres\b/.test(command),
        );
        return others.length === 0 ? [] : null;
      },
      leaveDeadlineMs,
    );
    expect(left).toEqual([]);
    const seconds = await startAgain();
    process.stdout.write(`start after the kill ready after ${seconds.toFixed(1)} s\n`);
    expect(seconds * 1000).toBeLessThan(restartDeadlineMs);
    await editInGitHub(world.sandbox, 16, { title: 'Edited after the kill' });
    await untilEqual(world);
    const sql = await openDatabase(world.hub.stateDir);
    expect(await inconsistencies(sql)).toEqual([]);
    await sql.end();
  }, 120_000);
});
