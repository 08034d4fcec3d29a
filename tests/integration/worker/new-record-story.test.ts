import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  finishAuthorization,
  listScopes,
  putPresetApp,
  startAuthorization,
} from '#lib/connections/index';
import { newId } from '#lib/core/index';
import { beginStream } from '#lib/hub/sagas/start-sagas';
import { newRecordUseCases } from '#lib/hub/web-new-records';
import type { Session } from '#lib/identity/index';
import type { BegunRecord } from '#lib/records/schema';
import { createStream } from '#lib/sync/index';
import { patience } from '../../setup/patience.ts';
import { linearApp, linearSandbox, signInAtLinear } from './linear-steps.ts';
import { openSandboxWorld, type SandboxWorld } from './sandbox-world.ts';

const origin = 'http://localhost:4123';
const githubApp = { clientId: 'sandbox-connect', clientSecret: 'connect-secret' };
const repository = 'northwind/api';

let world: SandboxWorld;
let github: string;
let linear: string;

beforeAll(async () => {
  world = await openSandboxWorld({
    apps: [
      ...linearSandbox.apps,
      { ...githubApp, name: 'Patchbay', loopbackPaths: ['/api/oauth/github/callback'] },
    ],
    seed: { issues: 12, webIssues: 1 },
    settings: { linear: { issues: 12, opsIssues: 1, retryAfterMs: [200, 200, 200] } },
  });
  const { workspaceId, web } = world;
  await world.asMember(async (tx) => {
    await putPresetApp(tx, web, { workspaceId, connector: 'linear', ...linearApp });
    await putPresetApp(tx, web, { workspaceId, connector: 'github', ...githubApp });
  });
  github = await begin(await signInAtGitHub(), repository);
  linear = await begin(await signInAtLinear(world), 'Engineering');
});
afterAll(() => world.close());

async function signInAtGitHub(): Promise<string> {
  const { web, member, workspaceId, sandbox } = world;
  const { authorize_url: url } = await startAuthorization(web, member, {
    workspaceId,
    connector: 'github',
    connectionId: undefined,
    returnTo: '/',
    origin,
  });
  const page = new URL(url);
  const form = new URLSearchParams(page.search);
  for (const scope of (form.get('scope') ?? '').split(' ')) form.append('granted', scope);
  form.set('login', 'mara-lindqvist');
  const answer = await fetch(new URL(page.pathname, sandbox.origin), {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { origin: sandbox.origin },
  });
  const { search: query } = new URL(answer.headers.get('location') ?? '');
  const done = await finishAuthorization(web, member, { connector: 'github', origin, query });
  return done.connectionId;
}

async function begin(connectionId: string, title: string): Promise<string> {
  const { web, member, workspaceId } = world;
  const at = { workspaceId, connectionId };
  const { data } = await listScopes(web, member, { ...at, resource: 'issues' });
  const chosen = data.find((option) => option.title === title);
  if (!chosen) throw new Error(`${title} is not offered`);
  return world.asMember(async (tx) => {
    const runId = newId();
    const { id } = await createStream(tx, {
      ...at,
      resource: 'issues',
      kind: 'task',
      name: chosen.title,
      scopeKey: chosen.key,
      scope: chosen.scope as { [key: string]: string },
      requestedBy: member.userId,
      heldRunId: runId,
    });
    const { userId: requestedBy } = member;
    await beginStream(tx, { ...at, streamId: id, runId, name: chosen.title, requestedBy });
    return id;
  });
}

const cases = () => newRecordUseCases({ asBearer: (_session, work) => world.asMember(work) });
const session = () => ({ userId: world.member.userId }) as Session;

const make = (streamIds: string[], data: object): Promise<BegunRecord> =>
  cases().begin(session(), {
    workspaceId: world.workspaceId,
    input: { mutation_id: randomUUID(), kind: 'task', stream_ids: streamIds, data },
  });

async function ended({ record_id: recordId }: BegunRecord) {
  const { workspaceId } = world;
  const newest = async () => (await cases().sagas(session(), { workspaceId, recordId }))[0] ?? null;
  const isOver = async () => (await newest())?.finished_at ?? null;
  await expect.poll(isOver, patience).not.toBeNull();
  const saga = await newest();
  if (!saga) throw new Error('There is no saga');
  return saga;
}

interface LinearIssue {
  id: string;
  title: string;
  state: string;
  labels: string[];
  trashed?: boolean;
}
const atLinear = async (title: string) =>
  (await world.sandbox.at('linear').control.call<LinearIssue[]>('GET', '/issues?team=ENG')).filter(
    (issue) => issue.title === title,
  );
const atGitHub = async (title: string) =>
  (await world.sandbox.control.issues(repository)).filter((issue) => issue.title === title);
const recordsOf = (title: string) =>
  world.admin`
    select r.id, r.deleted_at is not null as is_over,
      (select count(*)::int from public.links l where l.record_id = r.id and l.state = 'synced') as synced
    from public.records r where r.title = ${title}`;

describe('a new record at two services', () => {
  it('can be made once both are read', async () => {
    const phases = async () =>
      (await world.admin`select phase from public.streams`).map(({ phase }) => phase);
    await expect.poll(phases, patience).toEqual(['live', 'live']);
    const { workspaceId } = world;
    const places = await cases().places(session(), { workspaceId });
    expect(places.map(({ closed }) => closed)).toEqual([null, null]);
  });

  it('has one object at each, with what could only be said afterwards, and stays one record', async () => {
    const title = 'Pump 7 leaks';
    const begun = await make([github, linear], {
      title,
      body: 'Since *Monday*.',
      state: 'done',
      labels: ['bug'],
    });
    expect(await ended(begun)).toMatchObject({ state: 'completed' });
    await expect
      .poll(async () => (await atGitHub(title)).map(({ state }) => state), patience)
      .toEqual(['closed']);
    await expect
      .poll(() => recordsOf(title), patience)
      .toEqual([{ id: begun.record_id, is_over: false, synced: 2 }]);
    expect(await atLinear(title)).toMatchObject([{ title }]);
  });

  it('is found again where the answer was lost', async () => {
    const title = 'Valve 3 is stuck';
    await world.sandbox.control.setFaults({
      requests: [
        {
          times: 1,
          method: 'POST',
          path: `/api/repos/${repository}/issues`,
          effect: { kind: 'lost-response' },
        },
      ],
    });
    const begun = await make([github, linear], { title });
    expect(await ended(begun)).toMatchObject({ state: 'completed' });
    expect(await atGitHub(title)).toHaveLength(1);
    await expect
      .poll(() => recordsOf(title), patience)
      .toEqual([{ id: begun.record_id, is_over: false, synced: 2 }]);
  });

  it('is taken back at Linear when GitHub refuses it, and says why', async () => {
    // Longer than GitHub takes, not than Linear.
    const title = 'x'.repeat(300);
    const begun = await make([linear, github], { title });
    const saga = await ended(begun);
    expect(saga.state).toBe('compensated');
    expect(saga.steps.map(({ error }) => error?.message ?? null)).toEqual([
      null,
      null,
      expect.stringContaining('title is too long (maximum is 256 characters)'),
    ]);
    expect(saga.steps[1]?.compensation).toMatchObject({ note: 'Deleted at Linear.' });
    expect(await recordsOf(title)).toEqual([{ id: begun.record_id, is_over: true, synced: 0 }]);
    expect((await atLinear(title)).filter(({ trashed }) => !trashed)).toEqual([]);
  });

  it('is closed at GitHub when Linear refuses it, and what GitHub tells of it brings nothing back', async () => {
    const title = 'Gauge 9 is blind';
    const forbidden = { kind: 'status' as const, status: 403 };
    const linearControl = world.sandbox.at('linear').control;
    await linearControl.setFaults({
      requests: [{ path: '/graphql', times: null, effect: forbidden }],
    });
    const begun = await make([github, linear], { title });
    const saga = await ended(begun);
    await linearControl.setFaults({ requests: [] });
    expect(saga).toMatchObject({ state: 'compensated' });
    expect(saga.steps[1]?.compensation?.note).toBe('Closed and not followed any more at GitHub.');
    const [left] = await atGitHub(title);
    expect(left).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
    expect(await atLinear(title)).toEqual([]);

    // A colleague touches it there.
    await world.sandbox.control.act({
      as: 'sam-whitfield',
      method: 'PATCH',
      path: `/repos/${repository}/issues/${left?.number}`,
      body: { state: 'open', labels: ['bug'] },
    });
    const told = async () => {
      const rows = await world.admin<{ text: string }[]>`
        select convert_from(body, 'utf8') as text from public.inbox_events where processed_at is not null`;
      return rows.filter(
        ({ text }) => /"action":"(reopened|labeled)"/.test(text) && text.includes(title),
      ).length;
    };
    await expect.poll(told, patience).toBe(2);
    expect(await recordsOf(title)).toEqual([{ id: begun.record_id, is_over: true, synced: 0 }]);
  });
});
