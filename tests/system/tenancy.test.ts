import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealtimeToken } from '#lib/identity/schema';
import { closeCase, type HubCase, openLiveCase } from './hub-case.ts';
import { openDatabase } from './inside.ts';
import { type Kept, Person } from './person.ts';
import { until } from './waiting.ts';

/** What a revoked session may still read, at most. */
const revokedWithinMs = 5_000;
const joinDeadlineMs = 10_000;

const guest = { login: 'priya-raman', email: 'priya@northwind.example' };

describe('the browser’s own door to the database', () => {
  let world: HubCase & Kept;
  let sql: postgres.Sql;
  let own: RealtimeToken;
  const clients: SupabaseClient[] = [];

  const clientOf = ({ url, key, token }: RealtimeToken): SupabaseClient => {
    const client = createClient(url, key, {
      accessToken: () => Promise.resolve(token),
      realtime: { transport: WebSocket },
    });
    clients.push(client);
    return client;
  };
  const tokenOf = async (person: Person): Promise<RealtimeToken> =>
    person.ask('POST', `/realtime-token?workspace_id=${await person.workspaceId()}`);

  beforeAll(async () => {
    world = await openLiveCase();
    sql = await openDatabase(world.hub.stateDir);
    own = await tokenOf(world.person);
  });
  afterAll(async () => {
    for (const client of clients) await client.removeAllChannels();
    await sql.end();
    await closeCase(world);
  });

  it('reads its own rows with a token of the hub, through the one port', async () => {
    expect(new URL(own.url).port).toBe(String(world.hub.port));
    const { count, error } = await clientOf(own)
      .from('records')
      .select('id', { count: 'exact', head: true });
    expect(error).toBeNull();
    expect(count).toBe((await world.sandbox.issues()).length);
  });

  it('writes no table, whatever it tries', async () => {
    const tables = await sql<{ name: string; field: string }[]>`
      select c.relname as name, min(a.attname) as field
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
      group by c.relname`;
    expect(tables.length).toBeGreaterThan(15);
    const headers = {
      apikey: own.key,
      authorization: `Bearer ${own.token}`,
      'content-type': 'application/json',
    };
    const allowed: string[] = [];
    for (const { name, field } of tables) {
      for (const method of ['POST', 'PATCH', 'DELETE']) {
        const filter = method === 'POST' ? '' : `?${field}=not.is.null`;
        const body = method === 'DELETE' ? {} : { body: JSON.stringify({ [field]: null }) };
        const answer = await fetch(`${own.url}/rest/v1/${name}${filter}`, {
          method,
          headers,
          ...body,
        });
        const json = (await answer.json().catch(() => null)) as { code?: string } | null;
        const isRefused = answer.status === 403 && json?.code === '42501';
        if (!isRefused) allowed.push(`${method} ${name}: ${answer.status} ${json?.code}`);
      }
    }
    expect(allowed).toEqual([]);
  });

  it('listens to its own workspace and to no other', async () => {
    const invitation = await world.person.ask<{ id: string }>('POST', '/workspaces', {
      name: 'Another one',
    });
    await world.person.ask('POST', `/invitations?workspace_id=${invitation.id}`, {
      email: guest.email,
      role: 'viewer',
    });
    const foreign = await tokenOf(await Person.signIn(world.hub.origin, guest.login));
    expect(foreign.topic).not.toBe(own.topic);
    expect(await join(clientOf(foreign), foreign.topic)).toBe('SUBSCRIBED');
    expect(await join(clientOf(foreign), own.topic)).toBe('CHANNEL_ERROR');
    const { data } = await clientOf(foreign).from('records').select('id');
    expect(data).toEqual([]);
  });

  it('reads nothing any more soon after its session was revoked', async () => {
    const person = await Person.signIn(world.hub.origin);
    const { session_id, workspaces } = await person.session();
    const token = await person.ask<RealtimeToken>(
      'POST',
      `/realtime-token?workspace_id=${workspaces[0]?.id}`,
    );
    const client = clientOf(token);
    expect((await client.from('records').select('id').limit(1)).data).toHaveLength(1);
    await world.person.ask('DELETE', `/sessions/${session_id}`);
    await until(
      'the token reads nothing',
      async () => {
        const { data } = await client.from('records').select('id').limit(1);
        return (data ?? []).length === 0;
      },
      revokedWithinMs,
    );
    expect((await person.call('GET', '/session')).status).toBe(401);
  });
});

function join(client: SupabaseClient, topic: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nobody answered')), joinDeadlineMs);
    const subscribe = async () => {
      await client.realtime.setAuth();
      client.channel(topic, { config: { private: true } }).subscribe((status) => {
        clearTimeout(timer);
        resolve(status);
      });
    };
    subscribe().catch(reject);
  });
}
