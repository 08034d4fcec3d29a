import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enqueueIdleConnections, keepAlive } from '#lib/connections/index';
import { type JsonObject, newId } from '#lib/core/index';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.admin`delete from public.connections`;
  connectionId = await world.connect();
  world.provider.apiCalls.length = 0;
});

/** The jobs that are due now. */
async function due(): Promise<JsonObject[]> {
  const jobs: JsonObject[] = [];
  const send = async (_tx: unknown, _name: string, sent: { payload: JsonObject }[]) => {
    jobs.push(...sent.map(({ payload }) => payload));
  };
  await enqueueIdleConnections({ db: world.worker.db, queue: { send } });
  return jobs;
}
const idleFor = (hours: number) => world.admin`
  update public.connections set created_at = now() - make_interval(hours => ${hours + 1}),
    checked_at = now() - make_interval(hours => ${hours}),
    refreshed_at = now() - make_interval(hours => ${hours}), kept_alive_at = null,
    expires_at = now() + interval '1 day'`;
const row = async () => {
  const [found] = await world.admin`
    select status, checked_at > now() - interval '1 minute' as is_fresh from public.connections
    where id = ${connectionId}`;
  return found;
};
const lastLine = async () => {
  const [line] = await world.admin`
    select level, code, message from public.connection_log where connection_id = ${connectionId}
    order by id desc limit 1`;
  return line;
};

describe('an idle connection', () => {
  it('is asked after a day, and its page says so', async () => {
    expect(await due()).toEqual([]);
    await idleFor(21);
    expect(await due()).toEqual([]);
    await idleFor(25);
    const [job] = await due();
    expect(job).toEqual({ workspace_id: world.owner.workspaceId, connection_id: connectionId });
    expect(await due()).toEqual([]);
    await keepAlive(world.worker, job ?? {}, signal);
    expect(world.provider.apiCalls.map(({ path }) => path)).toEqual(['/api/user']);
    expect(await row()).toEqual({ status: 'active', is_fresh: true });
    expect(await lastLine()).toMatchObject({ level: 'info', code: 'connections.kept_alive' });
    await world.admin`update public.connections set kept_alive_at = null`;
    expect(await due()).toEqual([]);
  });

  it('is not idle while one of its streams is read', async () => {
    await idleFor(50);
    const id = newId();
    await world.admin`
      insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, last_polled_at)
      values (${id}, ${world.owner.workspaceId}, ${connectionId}, 'issues', 'task', 'x', '{}', 'x', now() - interval '1 hour')`;
    expect(await due()).toEqual([]);
    await world.admin`update public.streams set last_polled_at = now() - interval '3 days' where id = ${id}`;
    expect(await due()).toHaveLength(1);
  });

  it('is asked by one of several workers, and again in an hour when its job was lost', async () => {
    await idleFor(25);
    const jobs = await Promise.all([due(), due(), due()]);
    expect(jobs.flat()).toHaveLength(1);
    await world.admin`update public.connections set kept_alive_at = now() - interval '59 minutes'`;
    expect(await due()).toEqual([]);
    await world.admin`update public.connections set kept_alive_at = now() - interval '61 minutes'`;
    expect(await due()).toHaveLength(1);
  });

  it('whose credential was revoked at the service says so now', async () => {
    await idleFor(25);
    world.provider.valid.clear();
    const usual = world.provider.onToken;
    world.provider.onToken = (_form, answer) => answer(400, { error: 'invalid_grant' });
    const [job] = await due();
    await keepAlive(world.worker, job ?? {}, signal);
    world.provider.onToken = usual;
    expect(await row()).toMatchObject({ status: 'needs_reauth', is_fresh: false });
    expect(await due()).toEqual([]);
  });

  it('at a service with a fault stays as it is and is asked again', async () => {
    await idleFor(25);
    const usual = world.provider.onApi;
    world.provider.onApi = (_path, _token, answer) => answer(422, { message: 'No' });
    const [job] = await due();
    await keepAlive(world.worker, job ?? {}, signal);
    world.provider.onApi = usual;
    expect(await row()).toEqual({ status: 'active', is_fresh: false });
    await world.admin`update public.connections set kept_alive_at = now() - interval '2 hours'`;
    expect(await due()).toHaveLength(1);
  });

  it('that answers as somebody else is not called alive', async () => {
    await idleFor(25);
    const { account } = world.provider;
    world.provider.account = { id: '8', name: 'eve' };
    const [job] = await due();
    await keepAlive(world.worker, job ?? {}, signal);
    world.provider.account = account;
    expect(await row()).toMatchObject({ is_fresh: false });
    expect(await lastLine()).toMatchObject({
      level: 'error',
      code: 'connections.account_mismatch',
    });
  });

  it('is left alone when it is paused or disconnected', async () => {
    await idleFor(25);
    for (const status of ['paused', 'disconnected', 'needs_reauth']) {
      await world.admin`update public.connections set status = ${status}`;
      expect(await due(), status).toEqual([]);
    }
  });
});

it('connections made together are asked apart', async () => {
  await world.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status, created_at)
    select gen_random_uuid(), ${world.owner.workspaceId}, 'fake', 'many-' || n, 'many', 'active',
      now() - interval '23 hours'
    from generate_series(1, 40) n`;
  const soon = (await due()).length;
  expect(soon).toBeGreaterThan(3);
  expect(soon).toBeLessThan(37);
});
