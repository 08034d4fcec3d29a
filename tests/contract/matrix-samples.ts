import type { Route } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { origin, request } from '../integration/api/web-fixture.ts';
import type { Target } from './matrix-expectation.ts';
import { flowSamples } from './matrix-flow-samples.ts';
import { listeningSamples } from './matrix-listening-samples.ts';
import type { Maker, Place, Sample } from './matrix-sample.ts';
import type { Principal, World } from './matrix-world.ts';

/** A user who is a member of the workspace in question, or of none when it is absent. */
const someMember = async ({ world, target, workspaceId }: Place): Promise<string> =>
  target === 'absent' ? newId() : (await world.member(workspaceId)).userId;

async function openConflict({ world, workspaceId, target }: Place): Promise<string> {
  if (target === 'absent') return newId();
  const id = await world.row('conflict', workspaceId);
  await world.web.admin`
    update public.conflicts set status = 'open', resolution = null, resolved_at = null where id = ${id}`;
  return id;
}

async function someChange(world: World, workspaceId: string): Promise<void> {
  const recordId = await world.row('record', workspaceId);
  await world.web.admin`
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin)
    values (${workspaceId}, ${recordId}, 'task', 1, 'create', 'hub')`;
}

/** A change of a title that nobody has touched since; answers its position. */
async function someUndoable(
  world: World,
  workspaceId: string,
  runId: string | null = null,
): Promise<number> {
  const recordId = await world.row('record', workspaceId);
  const [change] = await world.web.admin<{ id: string }[]>`
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, run_id, fields, diff)
    values (${workspaceId}, ${recordId}, 'task', 2, 'update', 'hub', ${runId}, '{title}',
      '{"title": ["Before", "A task"]}') returning id`;
  const [numbered] = await world.web.admin<{ position: string }[]>`
    select position from public.change_log where id = ${change?.id ?? ''}`;
  return Number(numbered?.position);
}

/** What a valid request holds besides its place. A route with a body and no entry here fails. */
const makers: Record<string, Maker> = {
  createWorkspace: () => ({ body: { name: 'Made' } }),
  renameWorkspace: () => ({ body: { name: 'Renamed' } }),
  changeMemberRole: async (place) => ({
    params: { user_id: await someMember(place) },
    body: { role: 'editor' },
  }),
  removeMember: async (place) => ({ params: { user_id: await someMember(place) } }),
  createInvitation: () => ({ body: { email: `${newId()}@example.test`, role: 'viewer' } }),
  acceptInvitation: async ({ world, principal }) => {
    const person = world.people[principal === 'anonymous' ? 'viewer' : principal];
    const workspaceId = await world.web.workspace('elsewhere', [
      [world.people.foreign_owner, 'owner'],
    ]);
    const token = newId().replaceAll('-', '').padEnd(43, 'x');
    await world.web.admin`
      insert into public.invitations (id, workspace_id, email, role, token_hash, expires_at)
      values (${newId()}, ${workspaceId}, ${person.email}, 'viewer', sha256(${token}::text::bytea), now() + interval '1 day')`;
    return { body: { token } };
  },
  putApp: () => ({
    params: { connector: 'github' },
    body: { connector: 'github', client_id: 'client', client_secret: 'secret' },
  }),
  checkFormApp: () => ({
    params: { connector: 'http_oauth', slug: 'acme' },
    body: { issuer: 'https://id.example.test', api_base_url: 'https://api.example.test' },
  }),
  putFormApp: () => ({
    params: { connector: 'http_oauth', slug: 'acme' },
    body: {
      title: 'Acme',
      issuer: 'https://id.example.test',
      api_base_url: 'https://api.example.test',
      account_path: '/me',
      token_auth: 'client_secret_basic',
      scopes: ['read'],
      client_id: 'client',
      client_secret: 'secret',
    },
  }),
  ...listeningSamples,
  putAppWebhook: async ({ world, id, target }) => {
    if (target !== 'absent') {
      await world.web.admin`update public.apps set connector = 'slack' where id = ${id}`;
    }
    return { body: { secret: '0123456789abcdef' } };
  },
  authorizeConnection: async ({ world, workspaceId, target }) => {
    if (target !== 'absent') await world.row('app', workspaceId);
    return { body: { connector: 'github' } };
  },
  connect: () => ({
    body: { connector: 'stripe', auth_kind: 'api_key', fields: { key: 'rk_test_0123456789' } },
  }),
  previewStream: async ({ world, id, target }) => {
    if (target !== 'absent') {
      await world.web
        .admin`update public.connections set connector = 'http_api_key' where id = ${id}`;
    }
    const fields = { title: 'name' };
    const definition = { title: 'Items', path: '/items', items: '', id: 'id', fields };
    return { body: { resource: 'tasks', definition } };
  },
  chooseInboundLimit: () => ({ params: { name: 'proxy' }, body: { limit: 100 } }),
  listScopes: () => ({ query: { resource: 'issues' } }),
  ...Object.fromEntries(
    ['proxyGet', 'proxyPost', 'proxyPut', 'proxyPatch', 'proxyDelete'].map((id) => [
      id,
      (): Sample => ({ params: { path: 'user' }, headers: { origin } }),
    ]),
  ),
  listLookup: () => ({ params: { name: 'labels' } }),
  createStream: () => ({ body: { resource: 'issues', scope_key: 'northwind/api' } }),
  createRecord: async ({ world, workspaceId, target }) => {
    const id = target === 'absent' ? newId() : await world.row('stream', workspaceId);
    const data = { title: 'Made' };
    return { body: { mutation_id: newId(), kind: 'task', stream_ids: [id], data } };
  },
  updateStream: () => ({ body: { phase: 'paused' } }),
  startRun: () => ({ body: { kind: 'poll' } }),
  actOnRun: () => ({ body: { action: 'pause' } }),
  ...flowSamples,
  editRecord: () => ({
    body: { mutation_id: newId(), version: 1, data: { title: 'Edited' } },
  }),
  resolveConflicts: async (place) => ({
    body: {
      mutation_id: newId(),
      items: [{ id: await openConflict(place), choice: 'local', seen: 'unseen' }],
    },
  }),
  resolveAllConflicts: async (place) => {
    await openConflict(place);
    return { body: { mutation_id: newId(), choice: 'remote' } };
  },
  undoConflict: () => ({ body: { mutation_id: newId() } }),
  createSubscription: () => ({
    body: { kind: 'mail', name: 'Told', config: { to: ['told@example.test'] } },
  }),
  updateSubscription: () => ({ body: { status: 'paused' } }),
  putSubscriptionSecret: () => ({ body: {} }),
  startSubscriptionReplay: async ({ world, workspaceId, target }) => {
    if (target !== 'absent') await someChange(world, workspaceId);
    return { body: { from: 'beginning' } };
  },
  cancelSubscriptionReplay: async ({ world, workspaceId, id, target }) => {
    const replayId = newId();
    if (target !== 'absent') {
      await world.web.admin`
        insert into public.delivery_replays (id, workspace_id, subscription_id, after_position, upto_position, cursor)
        values (${replayId}, ${workspaceId}, ${id}, 0, 10, 0)`;
    }
    return { params: { replay_id: replayId } };
  },
  endPreviousSecret: async ({ world, id, workspaceId, target }) => {
    if (target === 'absent') return {};
    await world.web.admin`
      insert into private.subscription_secrets (subscription_id, workspace_id, envelope, key_id,
        previous_envelope, previous_until)
      values (${id}, ${workspaceId}, ''::bytea, 'none', ''::bytea, now() + interval '1 day')
      on conflict do nothing`;
    return {};
  },
  previewSubscription: () => ({ body: { kind: 'webhook', url: 'https://example.com/hook' } }),
  redriveDeliveries: async ({ world, workspaceId, target }) => ({
    body: {
      subscription_id: target === 'absent' ? newId() : await world.row('subscription', workspaceId),
    },
  }),
  skipDelivery: async ({ world, id, target }) => {
    if (target !== 'absent') {
      await world.web
        .admin`update public.deliveries set status = 'pending', ended_at = null where id = ${id}`;
    }
    return {};
  },
  liftMailSuppression: async ({ world, workspaceId, target }) => {
    const suppressionId = newId();
    const address = `${suppressionId}@example.test`;
    if (target !== 'absent') {
      await world.web.admin`
        insert into private.mail_suppressions (id, address, code, detail)
        values (${suppressionId}, ${address}, 'smtp.550', 'No such mailbox')`;
      await world.web.admin`
        insert into private.mails (id, workspace_id, kind, recipient, status, deadline_at, ended_at)
        values (${newId()}, ${workspaceId}, 'test', ${address}, 'failed', now(), now())`;
    }
    return { params: { id: suppressionId } };
  },
  startReplay: async ({ world, workspaceId, target }) => {
    if (target !== 'absent') await world.row('inbox_event', workspaceId);
    return { body: { filter: { status: 'dead' } } };
  },
  listChanges: () => ({ query: { after: '0' } }),
  explainValue: () => ({ query: { field: 'title' } }),
  explainMissing: async ({ world, workspaceId, target }) => ({
    query: {
      connection_id: target === 'absent' ? newId() : await world.row('connection', workspaceId),
      external_key: '12',
    },
  }),
  undoChange: async ({ world, workspaceId, target }) => ({
    params: {
      position: String(target === 'absent' ? 1 : await someUndoable(world, workspaceId)),
    },
    body: { mutation_id: newId() },
  }),
  startUndo: async ({ world, workspaceId, target }) => {
    const runId = newId();
    if (target !== 'absent') await someUndoable(world, workspaceId, runId);
    return { body: { run_id: runId } };
  },
  ruleQueue: () => ({ params: { queue: 'keepalive' }, body: { paused: true } }),
  redriveQueue: () => ({ params: { queue: 'push' }, body: {} }),
  setSandboxActivity: () => ({ body: { action: 'start' } }),
};

/** A request that is right in everything but, perhaps, who sends it and about what. */
export async function sampleRequest(
  world: World,
  { contract }: Route,
  principal: Principal,
  target: Target,
): Promise<Request> {
  const { place } = contract;
  if (contract.body && !makers[contract.id]) {
    throw new Error(`${contract.id} takes a body; say in the matrix what a valid one is`);
  }
  const workspaceId = { own: world.own, foreign: world.foreign, absent: newId() }[target];
  const id = await targetId(world, contract, principal, target, workspaceId);
  const sample = await (makers[contract.id]?.({ world, principal, target, workspaceId, id }) ?? {});
  const params: Record<string, string> =
    'in' in place && place.in === 'path' ? { [place.name]: id } : {};
  if (place.about === 'caller' && place.ownRow) params[place.ownRow.name] = id;
  const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = { ...params, ...sample.params }[name];
    if (value === undefined) throw new Error(`${contract.id}: nothing for {${name}}`);
    return value;
  });
  const inBody = 'in' in place && place.in === 'body' ? { [place.name]: id } : {};
  const namesWorkspace = place.about === 'workspace' && !('in' in place);
  return request(path, {
    method: contract.method.toUpperCase(),
    cookie: world.cookie(principal),
    query: { ...(namesWorkspace ? { workspace_id: workspaceId } : {}), ...sample.query },
    ...(sample.headers ? { headers: sample.headers } : {}),
    ...(contract.body ? { json: { ...inBody, ...(sample.body as object) } } : {}),
  });
}

async function targetId(
  world: World,
  contract: Route['contract'],
  principal: Principal,
  target: Target,
  workspaceId: string,
): Promise<string> {
  const { place } = contract;
  if (target === 'absent')
    return 'in' in place && place.about === 'workspace' ? workspaceId : newId();
  if (place.about === 'caller') {
    if (!place.ownRow) return '';
    const someone = target === 'own' && principal !== 'anonymous' ? principal : 'foreign_owner';
    const holder = target === 'own' || principal !== 'foreign_owner' ? someone : 'owner';
    return (await world.web.session(world.people[holder].userId)).id;
  }
  return 'in' in place ? world.row(place.about, workspaceId) : '';
}
