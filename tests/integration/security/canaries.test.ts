import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  catalogue,
  enqueueDueRefreshes,
  getConnection,
  listApps,
  listConnectionLog,
  listConnections,
  openConnection,
  putApp,
  runRefresh,
} from '#lib/connections/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { listAudit } from '#lib/identity/index';
import { logger, metricsText } from '#lib/observability/index';
import { ensureEndpoint } from '#lib/webhooks/index';
import { encodings, findLeaks, type Place } from '../../setup/canaries.ts';
import { isLong } from '../../setup/is-long.ts';
import { makeWorld, origin, type World } from '../connections/world.ts';
import { errorText, holdWal, tablePlaces, walPlaces } from './canary-places.ts';

/** In every canary; what the issuer or we make ourselves is collected beside it. */
const mark = `cnry${randomBytes(12).toString('hex')}`;
const rounds = isLong ? 40 : 4;
const { signal } = new AbortController();

let world: World;
let walFrom: string;
let planted = 0;
const made = new Set<string>();
const lines: string[] = [];
const errors: string[] = [];
const answers: string[] = [];

const canary = (kind: string): string => {
  planted += 1;
  return `${kind}-${mark}-${planted}+/="&<é`.replace(/[^\x20-\x7e]/g, '~');
};
const attempt = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    answers.push(JSON.stringify((await work()) ?? null));
  } catch (error) {
    errors.push(errorText(error));
  }
};

beforeAll(async () => {
  world = await makeWorld([], logger('canary', 'trace', { write: (line) => lines.push(line) }));
  walFrom = await holdWal(world.admin);
  for (let round = 0; round < rounds; round += 1) await everyFlow();
}, 600_000);
afterAll(() => world.close());

const token = (): Record<string, unknown> => {
  const access = canary('access');
  world.provider.valid.add(access);
  return {
    access_token: access,
    refresh_token: canary('refresh'),
    token_type: 'bearer',
    expires_in: 3_600,
  };
};

async function everyFlow(): Promise<void> {
  const { provider, web, owner } = world;
  const { workspaceId } = owner;
  // Saving an app, well and badly.
  const app = (secret: string, more: object = {}) =>
    attempt(() =>
      asUser(web.db, owner, (tx) =>
        putApp(
          tx,
          web,
          { workspaceId },
          {
            connector: 'fake',
            client_id: 'client-1',
            client_secret: secret,
            base_url: provider.url,
            ...more,
          },
        ),
      ),
    );
  await app(canary('secret'));
  await app(`${canary('bad')}\u0000`);
  await app(canary('lost'), { connector: 'nowhere' });

  // Connecting; then a token endpoint that says back everything it was told.
  provider.onToken = (_form, answer) => answer(200, token());
  const connectionId = await signIn();
  const at = { workspaceId, connectionId };
  const echo = (form: URLSearchParams): string => [...form.values()].join(' ');
  const replies: ((form: URLSearchParams) => [number, unknown])[] = [
    (form) => [400, { error: 'invalid_grant', error_description: echo(form) }],
    (form) => [400, { error: echo(form) }],
    (form) => [200, `<html>${echo(form)} ${canary('html')}</html>`],
    (form) => [500, echo(form)],
    () => [200, { ...token(), token_type: 'mac' }],
    () => [200, { ...token(), access_token: '' }],
  ];
  for (const reply of replies) {
    provider.onToken = (form, answer) => answer(...reply(form));
    await attempt(() => signIn());
  }
  // An account that cannot be read: the access is given back.
  provider.onToken = (_form, answer) => answer(200, token());
  const usual = provider.onApi;
  provider.onApi = (_path, given, answer) => answer(403, { message: given });
  await attempt(() => signIn());
  provider.onApi = usual;

  // Renewing ahead by the sweep, and failing to.
  await age(connectionId);
  await sweep();
  await age(connectionId);
  provider.onToken = (form, answer) => answer(503, echo(form));
  await sweep();
  await world.admin`update private.credentials set retry_at = null`;
  // A call that fails and says the token back.
  provider.onToken = (_form, answer) => answer(200, token());
  provider.onApi = (_path, given, answer) => answer(422, { message: `no, ${given}` });
  await attempt(async () => {
    const opened = await openConnection(world.worker, at, { lane: 'edit', signal });
    return opened.api.account(opened.ctx);
  });
  provider.onApi = usual;
  // A webhook: the secret is ours, and the service refuses it with its own words.
  await hook(at, true);
  await hook(at, false);
  await read(connectionId);
  // A sealed value in the wrong place.
  await world.admin`
    update private.credentials set envelope = (select envelope from private.app_secrets limit 1)
    where connection_id = ${connectionId}`;
  await attempt(() => openConnection(world.worker, at, { lane: 'edit', signal }));
  await world.admin`update public.connections set status = 'needs_reauth' where id = ${connectionId}`;
  provider.onToken = (_form, answer) => answer(200, token());
  await attempt(() => signIn(connectionId));
  // Disconnecting, the revocation failing.
  provider.onRevoke = (answer) => answer(500, canary('revocation'));
  await world.end(owner, at);
  await world.work();
  provider.onRevoke = null;
  await read(connectionId);
}

/** A sign-in with a code of its own; what we made for it is looked for as well. */
async function signIn(connectionId?: string): Promise<string> {
  const page = await world.begin(world.owner, connectionId);
  const state = page.get('state') ?? '';
  made.add(state);
  const before = world.provider.tokenRequests.length;
  const code = canary('code').replace(/[^\x21-\x7e]/g, '');
  try {
    return await world.finish({ state, code });
  } finally {
    for (const form of world.provider.tokenRequests.slice(before)) {
      const verifier = form.get('code_verifier');
      if (verifier !== null) made.add(verifier);
    }
  }
}

async function age(connectionId: string): Promise<void> {
  await world.admin`
    update public.connections set expires_at = now() + interval '20 seconds' where id = ${connectionId}`;
}

async function sweep(): Promise<void> {
  const jobs: JsonObject[] = [];
  const send = (_tx: unknown, _name: string, sent: { payload: JsonObject }[]) => {
    jobs.push(...sent.map((job) => job.payload));
    return Promise.resolve();
  };
  await enqueueDueRefreshes({ db: world.worker.db, queue: { send, kick: () => undefined } });
  const soon = {
    ...world.worker,
    clock: { ...world.worker.clock, now: () => Date.now() + 3_580_000 },
  };
  for (const job of jobs) await attempt(() => runRefresh(soon, job, signal));
}

async function hook(at: { workspaceId: string; connectionId: string }, isRefused: boolean) {
  await attempt(() =>
    ensureEndpoint(
      {
        db: world.worker.db,
        connect: async (place) => {
          const opened = await openConnection(world.worker, place, { lane: 'edit', signal });
          const { connector, apiBaseUrl } = opened.connection;
          const registerWebhook = (_: unknown, __: unknown, target: { secret: string }) => {
            made.add(target.secret);
            if (isRefused) throw new HubError('provider.refused', 'The service said 422.');
            return Promise.resolve({ remoteId: '1' });
          };
          const removeWebhook = () => Promise.resolve();
          return {
            connector,
            apiBaseUrl,
            api: { registerWebhook, removeWebhook },
            ctx: opened.ctx,
            registration: { mode: 'api' as const, per: 'scope' as const },
            takesWebhooks: true,
          };
        },
        sealKey: world.web.sealKey,
        publicUrl: 'https://hub.example',
        port: 1,
        clock: world.worker.clock,
        log: world.worker.log,
      },
      { ...at, scopeKey: `a/${planted}`, scope: { owner: 'a' } },
      signal,
    ),
  );
}

/** What a member can read of it all. */
async function read(connectionId: string): Promise<void> {
  const { workspaceId } = world.owner;
  const at = { workspaceId, origin, publicUrl: null };
  await attempt(() =>
    asUser(world.web.db, world.owner, async (tx) => [
      await listApps(tx, { workspaceId }),
      await listConnections(tx, { workspaceId }),
      await getConnection(tx, { connectionId }),
      await listConnectionLog(tx, { connectionId }),
      await catalogue(tx, world.web, at),
      await listAudit(tx, { workspaceId, beforeId: null, limit: 100 }),
    ]),
  );
}

const own = (): Place[] => [
  { name: 'log', text: lines.join('\n') },
  { name: 'errors', text: errors.join('\n') },
  { name: 'answers', text: answers.join('\n') },
];

describe(`${isLong ? 200 : 20} and more secrets through every flow`, () => {
  it('were planted, and the flows went their ways', () => {
    expect(planted + made.size).toBeGreaterThanOrEqual(isLong ? 200 : 20);
    expect(lines.length).toBeGreaterThan(0);
    expect(errors.length).toBeGreaterThanOrEqual(rounds * 8);
    expect(answers.length).toBeGreaterThanOrEqual(rounds * 4);
  });

  it('stand in no table', async () => {
    const places = await tablePlaces(world.admin);
    expect(places.length).toBeGreaterThan(30);
    expect(findLeaks([mark, ...made], places)).toEqual([]);
  });

  it('stand in no write-ahead log', async () => {
    const places = await walPlaces(world.admin, walFrom);
    expect(findLeaks([mark], places)).toEqual([]);
  });

  it('stand in no log line, error, answer, job or metric', async () => {
    expect(findLeaks([mark, ...made], own())).toEqual([]);
    expect(findLeaks([mark], [{ name: 'metrics', text: await metricsText() }])).toEqual([]);
  });
});

describe('a leak', () => {
  const secret = `leak${mark}+/="&`;
  it.each(Object.keys(encodings) as (keyof typeof encodings)[])(
    'is seen in a table when it is written as %s',
    async (form) => {
      const [text = ''] = encodings[form](secret);
      const { workspaceId } = world.owner;
      await world.admin`
        insert into public.audit_log (id, workspace_id, action, details)
        values (gen_random_uuid(), ${workspaceId}, 'tests.leaked', ${world.admin.json({ text: `before ${text} after` })})`;
      const leaks = findLeaks([secret], await tablePlaces(world.admin));
      await world.admin`delete from public.audit_log where action = 'tests.leaked'`;
      expect(leaks.some((leak) => leak.startsWith('public.audit_log'))).toBe(true);
    },
  );

  it('is seen as bytes, in a log line, in an error, and in the write-ahead log after it was deleted', async () => {
    await world.admin`
      insert into private.commands (id, workspace_id, kind, sealed, deadline_at)
      values (gen_random_uuid(), ${world.owner.workspaceId}, 'tests.leaked', ${Buffer.from(secret)}, now())`;
    expect(findLeaks([secret], await tablePlaces(world.admin))).toEqual([
      'private.commands: secret 0 as hex',
    ]);
    await world.admin`delete from private.commands where kind = 'tests.leaked'`;
    expect(findLeaks([secret], await tablePlaces(world.admin))).toEqual([]);
    expect(findLeaks([secret], await walPlaces(world.admin, walFrom))).not.toEqual([]);
    world.worker.log.info('a line', { reason: secret });
    expect(findLeaks([secret], own())).not.toEqual([]);
    const cause = new Error('outer', { cause: { token: secret } });
    expect(findLeaks([secret], [{ name: 'error', text: errorText(cause) }])).not.toEqual([]);
  });
});
