import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertIncidents, type ConnectionAlert, openConnection } from '#lib/connections/index';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { makeWorld, type World } from './world.ts';

let world: World;
let connectionId: string;
let told: ConnectionAlert[] = [];
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
  for (const role of ['admin', 'editor', 'viewer']) await join(role);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.admin`delete from public.connections`;
  connectionId = await world.connect();
  told = [];
});

async function join(role: string): Promise<void> {
  const id = newId();
  await world.admin`insert into public.users (id, email) values (${id}, ${`${role}@x.test`})`;
  await world.admin`
    insert into public.members (workspace_id, user_id, role) values (${world.owner.workspaceId}, ${id}, ${role})`;
}

const alert = () =>
  alertIncidents({
    db: world.worker.db,
    registry: world.worker.registry,
    tell: async (_tx, one) => {
      told.push(one);
    },
  });
const incidents = () => world.admin`
  select code, detail, opened_at, closed_at, alerted_at from public.connection_incidents
  where connection_id = ${connectionId} order by opened_at`;
const setStatus = (status: string, detail: string | null = null) => world.admin`
  update public.connections set status = ${status}, status_detail = ${detail} where id = ${connectionId}`;

/** The service takes the credential away, and somebody calls. */
async function loseAccess(): Promise<void> {
  world.provider.valid.clear();
  const usual = world.provider.onToken;
  world.provider.onToken = (_form, answer) => answer(400, { error: 'invalid_grant' });
  const at = { workspaceId: world.owner.workspaceId, connectionId };
  const call = async (): Promise<void> => {
    const opened = await openConnection(world.worker, at, { lane: 'edit', signal });
    await opened.api.account(opened.ctx);
  };
  await Promise.allSettled([call(), call(), call()]);
  await Promise.allSettled([call()]);
  world.provider.onToken = usual;
}

describe('a connection that must be authorised again', () => {
  it('is one incident, told once to owners and admins, however many calls fail', async () => {
    await loseAccess();
    expect(await alert()).toBe(1);
    expect(await alert()).toBe(0);
    await loseAccess();
    expect(await alert()).toBe(0);
    expect(told.map(({ recipient }) => recipient).toSorted((a, b) => a.localeCompare(b))).toEqual(
      ['admin@x.test', `${world.owner.userId}@x.test`].toSorted((a, b) => a.localeCompare(b)),
    );
    expect(told[0]).toMatchObject({
      workspace_id: world.owner.workspaceId,
      connection_id: connectionId,
      account_name: 'ada',
    });
    expect(told[0]?.detail).toContain('Connect again');
    const [incident, ...more] = await incidents();
    expect(more).toEqual([]);
    expect(incident).toMatchObject({ closed_at: null });
    expect(incident?.['alerted_at']).not.toBeNull();
  });

  it('is over when it is connected again; the next time is a new incident', async () => {
    await loseAccess();
    await alert();
    const page = await world.begin(world.owner, connectionId);
    await world.finish({ state: page.get('state') ?? '', code: 'good-code' });
    const [closed] = await incidents();
    expect(closed?.['closed_at']).not.toBeNull();
    await loseAccess();
    expect(await incidents()).toHaveLength(2);
    expect(await alert()).toBe(1);
    expect(told).toHaveLength(4);
  });

  it('is not told of when it is over before anybody could be', async () => {
    await setStatus('needs_reauth', 'gone');
    await setStatus('active');
    expect(await alert()).toBe(1);
    expect(told).toEqual([]);
    expect(await alert()).toBe(0);
  });

  it('stays one incident when the cause is told anew', async () => {
    await setStatus('needs_reauth', 'one reason');
    await setStatus('needs_reauth', 'another reason');
    expect(await incidents()).toMatchObject([{ detail: 'one reason' }]);
  });

  it('is over when it is disconnected', async () => {
    await setStatus('needs_reauth');
    await setStatus('disconnecting');
    expect((await incidents())[0]?.['closed_at']).not.toBeNull();
  });
});

describe('telling', () => {
  it('and the mark that it was told are written together', async () => {
    await setStatus('needs_reauth', 'gone');
    await expect(
      alertIncidents({
        db: world.worker.db,
        registry: world.worker.registry,
        tell: () => Promise.reject(new Error('the outbox cannot be written')),
      }),
    ).rejects.toThrow('outbox');
    expect((await incidents())[0]?.['alerted_at']).toBeNull();
    expect(await alert()).toBe(1);
    expect(told).toHaveLength(2);
  });

  it('is done once by two workers', async () => {
    await setStatus('needs_reauth', 'gone');
    const looked = await Promise.all([alert(), alert(), alert()]);
    expect(looked.reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(told).toHaveLength(2);
  });
});

describe('who sees an incident', () => {
  it('members of its workspace, and nobody else; no member writes one', async () => {
    await setStatus('needs_reauth', 'gone');
    const read = (member: World['owner']) =>
      asUser(world.web.db, member, (tx) => tx`select id from public.connection_incidents`);
    expect(await read(world.owner)).toHaveLength(1);
    expect(await read(world.stranger)).toHaveLength(0);
    await expect(
      asUser(
        world.web.db,
        world.owner,
        (tx) => tx`update public.connection_incidents set closed_at = now()`,
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });
});
