import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enqueueDueRefreshes, openConnection, runRefresh } from '#lib/connections/index';
import { type JsonObject, systemClock } from '#lib/core/index';
import type { FakeProvider } from './fake-provider.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
let usual: Pick<FakeProvider, 'onToken' | 'onApi'>;
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
  usual = { onToken: world.provider.onToken, onApi: world.provider.onApi };
});
afterAll(() => world.close());
afterEach(() => {
  Object.assign(world.provider, usual);
  world.worker.clock = systemClock;
});
beforeEach(async () => {
  Object.assign(world.provider, usual);
  // A short life: due half-way, expired in ten seconds before its end.
  await connectWith(3600);
});

async function connectWith(seconds: number | null): Promise<void> {
  world.provider.onToken = (_form, answer) =>
    answer(
      200,
      world.provider.issue(seconds === null ? { expires_in: undefined } : { expires_in: seconds }),
    );
  connectionId = await world.connect();
  world.provider.onToken = usual.onToken;
  world.provider.tokenRequests.length = 0;
  world.provider.apiCalls.length = 0;
}

const at = () => ({ workspaceId: world.owner.workspaceId, connectionId });
const open = () => openConnection(world.worker, at(), { lane: 'edit', signal });
const account = async () => {
  const opened = await open();
  return opened.api.account(opened.ctx);
};
const state = async () => {
  const [row] = await world.admin`
    select c.status, c.status_code, c.status_detail, k.version, k.lease_until, k.retry_at, k.refresh_attempts
    from public.connections c join private.credentials k on k.connection_id = c.id
    where c.id = ${connectionId}`;
  return row ?? {};
};
const logged = async () => {
  const rows = await world.admin`
    select code from public.connection_log where connection_id = ${connectionId} order by id desc limit 3`;
  return rows.map((row) => String(row['code']));
};

describe('a credential', () => {
  it('that is good is used as it is', async () => {
    await account();
    expect(world.provider.tokenRequests).toHaveLength(0);
  });

  it('that has ended is renewed once, however many need it in however many workers', async () => {
    await connectWith(5);
    world.provider.onToken = async (form, answer) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await usual.onToken(form, answer);
    };
    const answers = await Promise.all(Array.from({ length: 25 }, account));
    expect(answers).toHaveLength(25);
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(world.provider.apiCalls.map((call) => call.authorization)).not.toContain(
      'Bearer undefined',
    );
    expect(await state()).toMatchObject({ status: 'active', lease_until: null });
    expect(await logged()).toContain('connections.refreshed');
  });

  it('that nears its end is renewed ahead, and the others go on meanwhile', async () => {
    await connectWith(60);
    await shiftExpiry(25);
    const gate = Promise.withResolvers<void>();
    world.provider.onToken = async (form, answer) => {
      await gate.promise;
      await usual.onToken(form, answer);
    };
    const first = account();
    await expect.poll(() => world.provider.tokenRequests.length).toBe(1);
    await account();
    gate.resolve();
    await first;
    expect(world.provider.tokenRequests).toHaveLength(1);
  });

  it('that the service refuses is renewed once and the call repeated', async () => {
    world.provider.valid.clear();
    await account();
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(world.provider.apiCalls).toHaveLength(2);
    expect((await state())['status']).toBe('active');
  });

  it('that is refused also when new needs authorisation', async () => {
    world.provider.onApi = (_path, _token, answer) => answer(401, { message: 'no' });
    await expect(account()).rejects.toMatchObject({ code: 'connections.needs_reauth' });
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(await state()).toMatchObject({
      status: 'needs_reauth',
      status_code: 'provider.unauthorized',
    });
    await expect(account()).rejects.toMatchObject({ code: 'connections.needs_reauth' });
    expect(world.provider.tokenRequests).toHaveLength(1);
  });

  it('that cannot be renewed says why, and is not tried again', async () => {
    await connectWith(5);
    world.provider.onToken = (_form, answer) => answer(200, { error: 'bad_refresh_token' });
    await expect(account()).rejects.toMatchObject({ code: 'connections.needs_reauth' });
    expect(await state()).toMatchObject({
      status: 'needs_reauth',
      status_code: 'bad_refresh_token',
      status_detail: 'Fake refused to renew the access (bad_refresh_token). Connect again.',
    });
    expect(await logged()).toContain('connections.needs_reauth');
  });

  it('whose provider has a fault waits, and heals by itself', async () => {
    await connectWith(5);
    world.provider.onToken = (_form, answer) => answer(503, 'down');
    await expect(account()).rejects.toMatchObject({ code: 'provider.unavailable' });
    expect(await state()).toMatchObject({ status: 'active', refresh_attempts: 1 });
    await expect(account()).rejects.toMatchObject({ retry: 'after' });
    expect(world.provider.tokenRequests).toHaveLength(1);
    world.provider.onToken = usual.onToken;
    await world.admin`update private.credentials set retry_at = now()`;
    await account();
    expect(await state()).toMatchObject({ status: 'active', refresh_attempts: 0, retry_at: null });
  });

  it('without an end and without a way to renew it ends with the first refusal', async () => {
    world.provider.onToken = (_form, answer) =>
      answer(200, world.provider.issue({ expires_in: undefined, refresh_token: undefined }));
    connectionId = await world.connect();
    await account();
    world.provider.valid.clear();
    await expect(account()).rejects.toMatchObject({ code: 'connections.needs_reauth' });
    expect((await state())['status_detail']).toMatch(/revoked or replaced/);
  });
});

describe('a token endpoint that answers a refresh with nonsense', () => {
  it.each<[string, number, unknown, string]>([
    ['HTML', 200, '<html>', 'provider.bad_answer'],
    ['an empty body', 200, '', 'provider.bad_answer'],
    ['no access_token', 200, { token_type: 'bearer' }, 'provider.bad_answer'],
    ['another token type', 200, { access_token: 'a', token_type: 'mac' }, 'provider.bad_answer'],
    ['10 MB', 200, 'x'.repeat(10_000_000), 'provider.answer_too_large'],
    ['a redirect', 302, '', 'provider.bad_answer'],
    ['that we ask too much', 429, '', 'provider.rate_limited'],
    ['a passing error with status 200', 200, { error: 'server_error' }, 'provider.unavailable'],
  ])('(%s) keeps the old one, says so, and comes again', async (_name, status, body, code) => {
    await connectWith(60);
    await shiftExpiry(25);
    world.provider.onToken = (_form, answer) => answer(status, body);
    await account();
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(await state()).toMatchObject({ status: 'active', refresh_attempts: 1 });
    expect(await logged()).toContain(code);
    // Once it has ended there is nothing to go on with.
    await world.admin`update private.credentials set retry_at = null`;
    world.worker.clock = { ...systemClock, now: () => Date.now() + 58_000 };
    await expect(account()).rejects.toMatchObject({ code });
    world.provider.onToken = usual.onToken;
    await world.admin`update private.credentials set retry_at = null`;
    await account();
    expect(await state()).toMatchObject({ status: 'active', refresh_attempts: 0 });
  });

  it('(nothing at all) cannot know whether the token was rotated, and says that when it was', async () => {
    await connectWith(5);
    world.provider.onToken = (form) => {
      // It was done, and the answer is lost.
      return usual.onToken(form, () => world.provider.hangUp());
    };
    await expect(account()).rejects.toMatchObject({ code: 'provider.unreachable' });
    world.provider.onToken = usual.onToken;
    await world.admin`update private.credentials set retry_at = null`;
    await expect(account()).rejects.toMatchObject({ code: 'connections.needs_reauth' });
    expect((await state())['status_detail']).toMatch(/earlier renewal was interrupted/);
  });

  it('is not cut off by the end of the job that asked: the token is kept', async () => {
    await connectWith(5);
    const gate = Promise.withResolvers<void>();
    world.provider.onToken = async (form, answer) => {
      await gate.promise;
      await usual.onToken(form, answer);
    };
    const job = new AbortController();
    const opened = openConnection(world.worker, at(), { lane: 'poll', signal: job.signal });
    await expect.poll(() => world.provider.tokenRequests.length).toBe(1);
    job.abort(new Error('The job is over'));
    await expect(opened).rejects.toThrow('The job is over');
    gate.resolve();
    await expect.poll(async () => (await state())['lease_until']).toBeNull();
    expect(await state()).toMatchObject({ status: 'active', refresh_attempts: 0 });
    await account();
    expect(world.provider.tokenRequests).toHaveLength(1);
  });
});

describe('a lease', () => {
  it('whose holder died is taken over when it ends, and the cause is told', async () => {
    await connectWith(5);
    // As a kill between the provider's answer and our commit leaves it: rotated there, old here.
    await world.admin`update private.credentials set lease_epoch = lease_epoch + 1,
      lease_until = now() + interval '400 milliseconds' where connection_id = ${connectionId}`;
    world.provider.onToken = (_form, answer) => answer(200, { error: 'bad_refresh_token' });
    await expect(account()).rejects.toMatchObject({ code: 'connections.needs_reauth' });
    expect((await state())['status_detail']).toMatch(/earlier renewal was interrupted/);
    expect(world.provider.tokenRequests).toHaveLength(1);
  });

  it('that was overtaken writes nothing: a new authorization wins', async () => {
    await connectWith(5);
    const gate = Promise.withResolvers<void>();
    world.provider.onToken = async (form, answer) => {
      if (form.get('grant_type') === 'refresh_token') await gate.promise;
      await usual.onToken(form, answer);
    };
    const slow = account();
    await expect.poll(() => world.provider.tokenRequests.length).toBe(1);
    await world.connect();
    const { version } = await state();
    gate.resolve();
    await slow;
    expect(await state()).toMatchObject({ version, status: 'active' });
  });

  it('that was overtaken marks nothing when it is refused', async () => {
    await connectWith(5);
    const gate = Promise.withResolvers<void>();
    world.provider.onToken = async (form, answer) => {
      if (form.get('grant_type') !== 'refresh_token') return usual.onToken(form, answer);
      await gate.promise;
      return answer(200, { error: 'bad_refresh_token' });
    };
    const slow = account();
    await expect.poll(() => world.provider.tokenRequests.length).toBe(1);
    await world.connect();
    gate.resolve();
    await slow;
    expect((await state())['status']).toBe('active');
  });
});

describe('the sweep', () => {
  const sweep = async (): Promise<JsonObject[]> => {
    const jobs: JsonObject[] = [];
    const send = async (_tx: unknown, _name: string, sent: { payload: JsonObject }[]) => {
      jobs.push(...sent.map((job) => job.payload));
    };
    await enqueueDueRefreshes({ db: world.worker.db, queue: { send, kick: () => undefined } });
    return jobs;
  };

  it('finds what nears its end, and nothing else', async () => {
    expect(await sweep()).toEqual([]);
    await shiftExpiry(600);
    const jobs = await sweep();
    expect(jobs).toEqual([{ workspace_id: world.owner.workspaceId, connection_id: connectionId }]);
    for (const job of jobs) await runRefresh(world.worker, job, signal);
    expect(world.provider.tokenRequests).toHaveLength(1);
    expect(await sweep()).toEqual([]);
  });

  it('marks what has ended and cannot be renewed', async () => {
    await world.admin`update private.credentials set can_refresh = false`;
    world.provider.onToken = (_form, answer) =>
      answer(200, world.provider.issue({ expires_in: 5, refresh_token: undefined }));
    connectionId = await world.connect();
    await world.admin`update public.connections set expires_at = now() where id = ${connectionId}`;
    for (const job of await sweep()) await runRefresh(world.worker, job, signal);
    expect(await state()).toMatchObject({
      status: 'needs_reauth',
      status_code: 'connections.expired',
    });
  });
});

/** Makes the stored credential end that many seconds from now, as if time had passed. */
async function shiftExpiry(seconds: number): Promise<void> {
  const [row] = await world.admin<{ expires_at: Date }[]>`
    select expires_at from public.connections where id = ${connectionId}`;
  const passed = (row?.expires_at.getTime() ?? 0) - seconds * 1000 - Date.now();
  world.worker.clock = { ...systemClock, now: () => Date.now() + passed };
  await world.admin`update public.connections set expires_at = expires_at - make_interval(secs => ${passed / 1000}),
    refreshed_at = refreshed_at - make_interval(secs => ${passed / 1000}) where id = ${connectionId}`;
}
