import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listScopes, putPresetApp } from '#lib/connections/index';
import { connectorRules } from '#lib/hub/connector-rules';
import { patchRecord } from '#lib/records/index';
import { createStream } from '#lib/sync/index';
import { isLong } from '../../setup/is-long.ts';
import { patience } from '../../setup/patience.ts';
import { type Pooler, startPgbouncer } from '../../setup/pgbouncer.ts';
import { linearApp, linearSandbox, signInAtLinear } from './linear-steps.ts';
import { openSandboxWorld, type SandboxWorld } from './sandbox-world.ts';

let world: SandboxWorld;
let pooler: Pooler | undefined;

const linear = () => world.sandbox.at('linear').control;
const titleThere = async (identifier: string): Promise<string | undefined> => {
  const issues = await linear().call<{ identifier: string; title: string }[]>(
    'GET',
    '/issues?team=ENG',
  );
  return issues.find((issue) => issue.identifier === identifier)?.title;
};

async function recordOf(identifier: string) {
  const [row] = await world.admin<{ id: string; version: number; title: string }[]>`
    select r.id, r.version::int, r.data ->> 'title' as title
    from public.records r join public.links l on l.record_id = r.id where l.external_key = ${identifier}`;
  if (!row) throw new Error(`There is no record of ${identifier}`);
  return row;
}

/** A command, a first read, a webhook taken in and an edit sent out. */
async function liveThrough(): Promise<void> {
  const { web, member, workspaceId, admin } = world;
  const connectionId = await signInAtLinear(world);
  const place = { workspaceId, connectionId };
  const { data } = await listScopes(web, member, { ...place, resource: 'issues' });
  const team = data.find((option) => option.title === 'Engineering');
  await world.asMember((tx) =>
    createStream(tx, {
      ...place,
      resource: 'issues',
      kind: 'task',
      name: 'Engineering',
      scopeKey: team?.key ?? '',
      scope: { team_id: team?.key ?? '' },
      requestedBy: member.userId,
    }),
  );
  await expect
    .poll(async () => (await admin`select phase from public.streams`)[0]?.['phase'], patience)
    .toBe('live');
  await linear().call('POST', '/act', {
    as: 'tobias',
    query: `mutation { issueUpdate(id: "ENG-3", input: { title: "Changed there" }) { success } }`,
  });
  await expect.poll(async () => (await recordOf('ENG-3')).title, patience).toBe('Changed there');
  const last = async () => {
    const [event] = await admin<{ status: string }[]>`
      select status from public.inbox_events order by id desc limit 1`;
    return event?.status;
  };
  await expect.poll(last, patience).toMatch(/applied|ignored/);
  const { id, version } = await recordOf('ENG-4');
  const patch = { mutation_id: randomUUID(), version, data: { title: 'Changed here' } };
  await world.asMember((tx) => patchRecord(tx, connectorRules, { recordId: id, patch }));
  await expect.poll(() => titleThere('ENG-4'), patience).toBe('Changed here');
}

const open = (session: 'none' | 'pooled' | 'direct') => async (): Promise<void> => {
  world = await openSandboxWorld(linearSandbox, [], async ({ webUrl, workerUrl }) => {
    pooler = await startPgbouncer([webUrl, workerUrl]);
    const pooled = { webUrl: pooler.through(webUrl), workerUrl: pooler.through(workerUrl) };
    const sessions = { none: undefined, pooled: pooled.workerUrl, direct: workerUrl };
    return { ...pooled, sessionUrl: sessions[session] };
  });
  const { workspaceId, web } = world;
  await world.asMember((tx) =>
    putPresetApp(tx, web, { workspaceId, connector: 'linear', ...linearApp }),
  );
};
const close = async (): Promise<void> => {
  await world.close();
  await pooler?.stop();
};
const modeShown = async (): Promise<string | undefined> => {
  const [row] = await world.admin<{ mode: string }[]>`select mode from private.queue_workers`;
  return row?.mode;
};

/** A pooled session connection takes LISTEN and delivers nothing, which must be noticed. */
const expected = { none: 'poll', pooled: 'poll', direct: 'listen' } as const;
const sessions = isLong ? (['none', 'pooled', 'direct'] as const) : (['none'] as const);

describe.each(sessions)(
  'behind pgbouncer in transaction mode, session connection: %s',
  (session) => {
    beforeAll(open(session));
    afterAll(close);

    it(`the story is lived through, and the way work is heard of is ${expected[session]}`, async () => {
      await liveThrough();
      await expect
        .poll(async () => (await world.worker.health()).mode, patience)
        .toBe(expected[session]);
      await expect.poll(modeShown, { ...patience, timeout: 60_000 }).toBe(expected[session]);
    });
  },
);
