import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '#lib/core/index';
import type { PlaceKind } from '#lib/hub/web';
import { type Person, startWeb, type WebFixture } from '../integration/api/web-fixture.ts';

/** Who asks. `own` is the workspace under test; everybody but the guest has or had a session. */
export const principals = [
  'anonymous',
  'expired',
  'revoked',
  'removed',
  'viewer',
  'editor',
  'admin',
  'owner',
  'foreign_owner',
  'instance_owner',
] as const;
export type Principal = (typeof principals)[number];

export interface World {
  web: WebFixture;
  own: string;
  foreign: string;
  people: Record<Exclude<Principal, 'anonymous'>, Person>;
  cookie(principal: Principal): string | undefined;
  /** A fresh row of this kind in the workspace, ready for any route about it. */
  row(kind: PlaceKind, workspaceId: string): Promise<string>;
  /** A fresh member of the workspace. */
  member(workspaceId: string): Promise<Person>;
  close(): Promise<void>;
}

export async function makeWorld(): Promise<World> {
  const sandbox = await startControl();
  const control = `http://127.0.0.1:${(sandbox.address() as AddressInfo).port}`;
  const web = await startWeb({
    SANDBOX_URL: control,
    WORKER_URL: control,
    WORKER_SECRET: 'a secret of web and worker, for tests',
    MAIL_TRANSPORT: 'smtp',
    SANDBOX_CONTROL_TOKEN: 'control-token',
    SANDBOX_SIGN_IN_CLIENT_ID: 'sign-in',
    SANDBOX_SIGN_IN_CLIENT_SECRET: 'sign-in-secret',
    SANDBOX_GITHUB_CLIENT_ID: 'connect',
    SANDBOX_GITHUB_CLIENT_SECRET: 'connect-secret',
  });
  const names = principals.filter((name) => name !== 'anonymous');
  const made = await Promise.all(names.map((name) => web.person(name)));
  const people = Object.fromEntries(
    names.map((name, index) => [name, made[index]]),
  ) as World['people'];
  const { viewer, editor, admin, owner, removed, expired, revoked } = people;
  const own = await web.workspace('own', [
    [owner, 'owner'],
    [admin, 'admin'],
    [editor, 'editor'],
    [viewer, 'viewer'],
    [removed, 'owner'],
    [expired, 'owner'],
    [revoked, 'owner'],
  ]);
  const foreign = await web.workspace('foreign', [[people.foreign_owner, 'owner']]);
  await web.db`insert into private.instance (owner_id) values (${people.instance_owner.userId})`;
  await web.admin`delete from public.members where user_id = ${removed.userId}`;
  await web.admin`update private.sessions set expires_at = now() where id = ${expired.sessionId}`;
  await web.admin`delete from private.sessions where id = ${revoked.sessionId}`;
  const worker = answerCommands(web);
  return {
    web,
    own,
    foreign,
    people,
    cookie: (principal) => (principal === 'anonymous' ? undefined : people[principal].cookie),
    row: (kind, workspaceId) => makeRow(web, kind, workspaceId),
    async member(workspaceId) {
      const person = await web.person('fresh');
      await web.db`
        insert into public.members (workspace_id, user_id, role)
        values (${workspaceId}, ${person.userId}, 'viewer')`;
      return person;
    },
    async close() {
      await worker.stop();
      await web.close();
      await new Promise<void>((resolve) => sandbox.close(() => resolve()));
    },
  };
}

/** The sandbox's activity switch, and a worker's listener whose service says yes. */
async function startControl(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'x-patchbay-answer': 'service',
    });
    response.end(JSON.stringify({ running: false, plan: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const scopes = [
  {
    key: 'northwind/api',
    title: 'northwind/api',
    detail: null,
    scope: { owner: 'northwind', repo: 'api' },
    can_write: true,
    can_hook: true,
    estimate: 1,
  },
];

const asOf = { as_of: '2026-01-01T00:00:00.000Z', state: 'fresh' };
const replies = {
  'connections.scopes': { scopes, ...asOf },
  'connections.preview': { found: 1, has_more: false, sample: [], faults: [] },
  'connections.inspect': {
    issuer: 'https://id.example.test',
    discovery: 'oidc',
    addresses: ['authorize_url', 'token_url', 'api_base_url'].map((name) => ({
      name,
      url: 'https://id.example.test/x',
      fault: null,
    })),
    names_itself: true,
    scopes: [],
    token_auths: [],
    is_usable: true,
  },
  'delivery.check_address': { fault: null },
  'connections.lookup': { items: [{ id: '1', name: 'bug', detail: null }], ...asOf },
};

/** Stands in for the worker: every command is done at once. */
function answerCommands(web: WebFixture): { stop(): Promise<void> } {
  let isRunning = true;
  const loop = async (): Promise<void> => {
    while (isRunning) {
      await web.admin`
        with made as (
          insert into public.connections (id, workspace_id, connector, auth_kind, account_id, account_name, status)
          select id, workspace_id, 'stripe', 'api_key', id, 'Account', 'active' from private.commands
          where status = 'pending' and kind = 'connections.connect')
        update private.commands set status = 'done', finished_at = now(),
          reply = coalesce(${web.admin.json(replies)}::jsonb -> kind, jsonb_build_object('connection_id', id))
        where status = 'pending'`;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const done = loop();
  return {
    async stop() {
      isRunning = false;
      await done;
    },
  };
}

async function makeRow(web: WebFixture, kind: PlaceKind, workspaceId: string): Promise<string> {
  const sql = web.admin;
  const id = newId();
  if (kind === 'workspace') return workspaceId;
  if (kind === 'app') {
    await sql`delete from public.apps where workspace_id = ${workspaceId}`;
    await sql`
      insert into public.apps (id, workspace_id, connector, client_id)
      values (${id}, ${workspaceId}, 'github', 'client')`;
  } else if (kind === 'invitation') {
    await sql`
      insert into public.invitations (id, workspace_id, email, role, token_hash, expires_at)
      values (${id}, ${workspaceId}, ${`${id}@example.test`}, 'viewer', sha256(${id}::text::bytea), now() + interval '1 day')`;
  } else if (kind === 'connection') {
    await sql`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${id}, ${workspaceId}, 'github', ${id}, 'Account', 'active')`;
  } else if (kind === 'replay') {
    await sql`
      insert into public.replays (id, workspace_id, selection, expected, is_exact, until_id)
      values (${id}, ${workspaceId}, '{"filter": {}}', 1, true, ${id})`;
  } else if (kind === 'undo') {
    await sql`
      insert into public.undo_runs (id, workspace_id, run_id, upto_position, expected)
      values (${id}, ${workspaceId}, ${newId()}, 1, 1)`;
  } else if (kind === 'record') {
    await sql`
      insert into public.records (id, workspace_id, kind, data)
      values (${id}, ${workspaceId}, 'task', '{"title": "A task", "state": "open"}')`;
  } else if (kind === 'subscription') {
    await sql`
      insert into public.subscriptions (id, workspace_id, name, kind, config, cursor)
      values (${id}, ${workspaceId}, 'A hook', 'webhook', '{"url": "https://example.test/hook"}', 0)`;
  } else if (kind === 'delivery') {
    const subscriptionId = await makeRow(web, 'subscription', workspaceId);
    await sql`
      insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version,
        origin, changed_at, status, ended_at)
      values (${id}, ${workspaceId}, ${subscriptionId}, 1, ${newId()}, 'task', 'update', 1, 'hub', now(), 'dead', now())`;
  } else if (kind === 'flow') {
    await sql`delete from public.flows where workspace_id = ${workspaceId}`;
    await sql`
      insert into public.flows (id, workspace_id, name, kind)
      values (${id}, ${workspaceId}, ${`Flow ${id}`}, 'task')`;
  } else if (kind === 'flow_plan') {
    const flowId = await makeRow(web, 'flow', workspaceId);
    await insertPlan(web, { id, workspaceId, flowId });
  } else {
    const connectionId = await makeRow(web, 'connection', workspaceId);
    if (kind === 'conflict') await insertConflict(web, { id, workspaceId, connectionId });
    else if (kind === 'inbox_event') await insertEvent(web, { id, workspaceId, connectionId });
    else await insertStream(web, { id, kind, workspaceId, connectionId });
  }
  return id;
}

interface Child {
  id: string;
  workspaceId: string;
  connectionId: string;
}

/** A plan that could be enabled, with a row that waits for a choice. */
export async function insertPlan(
  web: WebFixture,
  plan: { id: string; workspaceId: string; flowId: string },
): Promise<void> {
  const { id, workspaceId, flowId } = plan;
  await web.admin`
    insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status, reviews, total)
    values (${id}, ${workspaceId}, ${flowId}, 1, 'ready', 1, 1)`;
  await web.admin`
    insert into public.flow_plan_rows (plan_id, ordinal, workspace_id, action, record_id, title)
    values (${id}, 1, ${workspaceId}, 'review', ${newId()}, 'A task')`;
}

async function insertEvent(web: WebFixture, { id, workspaceId, connectionId }: Child) {
  await web.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, status)
    values (${id}, ${workspaceId}, ${connectionId}, ${newId()}, 'github', 'issues',
      ${id}, '{}', '{}', 'verified', 'dead')`;
}

/** One that a policy settled, so that it can be undone. */
async function insertConflict(web: WebFixture, { id, workspaceId, connectionId }: Child) {
  const [streamId, recordId, linkId] = [newId(), newId(), newId()];
  await insertStream(web, { id: streamId, kind: 'stream', workspaceId, connectionId });
  await web.admin`
    insert into public.records (id, workspace_id, kind, data)
    values (${recordId}, ${workspaceId}, 'task', '{"title": "Theirs", "state": "open"}')`;
  await web.admin`
    insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id)
    values (${linkId}, ${workspaceId}, ${recordId}, ${connectionId}, ${streamId}, 'task', '1')`;
  await web.admin`
    insert into public.conflicts (id, workspace_id, record_id, link_id, field, base, local, remote, policy,
      status, resolution, resolved_at)
    values (${id}, ${workspaceId}, ${recordId}, ${linkId}, 'title', '"Before"', '"Ours"', '"Theirs"',
      'remote_wins', 'automatic', '"Theirs"', now())`;
}

async function insertStream(web: WebFixture, row: Child & { kind: 'stream' | 'run' }) {
  const { id, kind, workspaceId, connectionId } = row;
  const streamId = kind === 'stream' ? id : newId();
  await web.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    values (${streamId}, ${workspaceId}, ${connectionId}, 'issues', 'task', 'northwind/web', '{}', 'northwind/web', 'live')`;
  if (kind === 'stream') return;
  await web.admin`
    insert into public.runs (id, workspace_id, connection_id, stream_id, kind)
    values (${id}, ${workspaceId}, ${connectionId}, ${streamId}, 'backfill')`;
}
