import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConnectionGuards } from '#lib/connections/index';
import { HubError, systemClock } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createOutgoing } from '#lib/security/index';
import { saveRules } from '#lib/sync/index';
import { createProviderHttp } from '../../../lib/connections/provider-http.ts';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

const minuteMs = 60_000;
const fastMs = 5 * minuteMs;
const unused = () => new HubError('provider.refused');

let at: ModelDatabase;
let trial: Trial;
/** Answers with the time of whatever clock it is given. */
let server: Server;
let aheadMs = 0;
let answers: Record<string, string> = {};
/** What edits are dated from; a slow machine changes nothing of how far they lie apart. */
let nowMs = 0;
beforeAll(async () => {
  at = await openModelDatabase();
  server = createServer((_request, response) => {
    const date = new Date(Date.now() + aheadMs).toUTCString();
    response.writeHead(200, { 'content-type': 'application/json', date, ...answers });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => trial.end());
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await at.close();
});

async function begin(sides = 1): Promise<[Side, Side]> {
  const switches = [plain, { ...plain, name: 'right' }].slice(0, sides);
  nowMs = Date.now();
  trial = await Trial.begin(at, switches, null, { '1': { title: 'issue', body: 'x' } });
  const [one, two = one] = trial.sides;
  if (!one || !two) throw new Error('There is a side.');
  const rule = { field: 'title', side_field: 'title', direction: 'both', transform: null } as const;
  const { workspaceId } = trial.owner;
  await asUser(at.web, trial.owner, (tx) =>
    saveRules(tx, {
      workspaceId,
      streamId: two.streamId,
      rules: [{ ...rule, policy: 'latest_wins' }],
    }),
  );
  return [one, two];
}

/** Some calls as the worker makes them, to a service whose clock is ahead by so much. */
async function ask({ connectionId }: Side, ahead: number, headers: Record<string, string> = {}) {
  aheadMs = ahead;
  answers = headers;
  const address = server.address();
  const hostPort = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const { workspaceId } = trial.owner;
  const log = logger('test', 'silent');
  const guards = createConnectionGuards({ db: at.worker, clock: systemClock, log });
  const outgoing = createOutgoing({ allow: [hostPort] });
  const rate = { requests: 1_000, perMs: 1_000, concurrent: 10, headers: null };
  const http = createProviderHttp({
    connector: 'fake',
    baseUrl: `http://${hostPort}`,
    outgoing,
    guards: guards.shared({ workspaceId, connectionId }, rate),
    lane: 'poll',
    clock: systemClock,
    signal: new AbortController().signal,
    token: () => Promise.resolve('t'),
    onRefused: () => Promise.resolve(unused()),
    toError: unused,
  });
  await http.send({ method: 'GET', path: '/' });
  await guards.close();
  outgoing.close();
}
/** An edit there, some time ago, by a service whose clock is ahead. */
function editThere({ remote }: Side, ahead: number, agoMs: number, title: string): void {
  remote.now = nowMs - agoMs + ahead;
  remote.edit('1', { title });
}
async function editHere(agoMs: number, title: string): Promise<void> {
  await trial.editHere('1', { title });
  await trial.admin`update public.change_log set at = to_timestamp(${(nowMs - agoMs) / 1_000})
    where workspace_id = ${trial.owner.workspaceId} and origin = 'user'`;
}
async function work(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await trial.runJobs();
    await trial.letTimePass();
  }
}
const measured = async ({ connectionId }: Side) => {
  const [row] = await trial.admin`select offset_ms, error_ms from public.connection_clocks
    where connection_id = ${connectionId}`;
  return row && { offsetMs: Number(row['offset_ms']), errorMs: Number(row['error_ms']) };
};
const stands = async (): Promise<unknown> => {
  const [row] = await trial.admin`select data ->> 'title' as title from public.records
    where workspace_id = ${trial.owner.workspaceId} and deleted_at is null`;
  return row?.['title'];
};
const decided = async () => {
  const rows = await trial.admin`select status, local, remote from public.conflicts
    where workspace_id = ${trial.owner.workspaceId} order by id`;
  return rows.map((row) => `${row['status']}: ${row['local']}, ${row['remote']}`);
};

describe('the clock of a service', () => {
  it('is known from its first answer, against the clock of the database', async () => {
    const [side] = await begin();
    await ask(side, fastMs);
    const found = await measured(side);
    expect(Math.abs((found?.offsetMs ?? 0) - fastMs)).toBeLessThanOrEqual(found?.errorMs ?? 0);
    expect(found?.errorMs).toBeLessThan(20_000);
  });

  it('is not learned from an answer that was kept on the way', async () => {
    const [side] = await begin();
    await ask(side, -fastMs, { age: '300' });
    expect(await measured(side)).toBeUndefined();
  });
});

describe('an earlier edit', () => {
  it('of a service whose clock is fast does not win because of it, and nobody is asked', async () => {
    const [side] = await begin();
    await ask(side, fastMs);
    editThere(side, fastMs, minuteMs, 'Theirs, before');
    await editHere(0, 'Ours, after');
    await work();
    expect(await stands()).toBe('Ours, after');
    expect(side.remote.objects.get('1')?.fields['title']).toBe('Ours, after');
    expect(await decided()).toEqual(['automatic: Ours, after, Theirs, before']);
  });

  it('made here does not win because the clock of the service is slow', async () => {
    const [side] = await begin();
    await ask(side, -fastMs);
    editThere(side, -fastMs, 0, 'Theirs, after');
    await editHere(minuteMs, 'Ours, before');
    await work();
    expect(await stands()).toBe('Theirs, after');
    expect(await decided()).toEqual(['automatic: Ours, before, Theirs, after']);
  });

  it.each([
    [2, 1, 'Left'],
    [1, 2, 'Right'],
  ] as const)(
    'of two services is told by both their clocks: right %i, left %i minutes ago',
    async (right, left, wins) => {
      const [one, two] = await begin(2);
      await ask(one, fastMs);
      await ask(two, -fastMs);
      editThere(one, fastMs, left * minuteMs, 'Left');
      editThere(two, -fastMs, right * minuteMs, 'Right');
      await trial.observe(one, ...one.remote.queue.splice(0));
      await work();
      expect(await stands()).toBe(wins);
      expect(await decided()).toEqual(['automatic: Left, Right']);
      expect(one.remote.objects.get('1')?.fields['title']).toBe(wins);
      expect(two.remote.objects.get('1')?.fields['title']).toBe(wins);
    },
  );
});

describe('a person is asked', () => {
  it('where the clock of the service is not known', async () => {
    const [side] = await begin();
    editThere(side, 0, minuteMs, 'Theirs');
    await editHere(0, 'Ours');
    await work();
    expect(await decided()).toEqual(['open: Ours, Theirs']);
    expect(side.remote.objects.get('1')?.fields['title']).toBe('Theirs');
  });

  it('where one of two services’ is not, and its edit may be the later one', async () => {
    const [one, two] = await begin(2);
    await ask(two, 0);
    editThere(one, fastMs, minuteMs, 'Left');
    editThere(two, 0, 2 * minuteMs, 'Right');
    await trial.observe(one, ...one.remote.queue.splice(0));
    await work();
    expect(await decided()).toEqual(['open: Left, Right']);
  });

  it('where both edits lie as close as the clocks are unsure', async () => {
    const [side] = await begin();
    await ask(side, fastMs);
    editThere(side, fastMs, 1_000, 'Theirs');
    await editHere(0, 'Ours');
    await work();
    expect(await decided()).toEqual(['open: Ours, Theirs']);
  });
});
