import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishAuthorization, startAuthorization } from '#lib/connections/index';
import { authOf } from '#lib/connectors/protocol/index';
import { newId } from '#lib/core/index';
import { connect } from '#lib/db/index';
import { connectors } from '#lib/hub/connectors';
import { createOutgoing, sealTo } from '#lib/security/index';
import { isLong } from '../../setup/is-long.ts';
import { startTokenDesk, type TokenDesk } from './token-desk.ts';
import { type Member, makeWorld, origin, type World } from './world.ts';

/**
 * The attacks found in integration platforms themselves: COAT (one connector's answer used for
 * another), CORF (an answer the victim never asked for) and COSF (begun by one person, finished by
 * another). USENIX Security 2025; draft-ietf-oauth-security-topics-update.
 */
let world: World;
let desk: TokenDesk;
/** Whoever can be signed in at: the deep connectors, and two apps that a form describes. */
interface Party {
  /** In the paths of the desk. */
  name: string;
  connector: string;
  slug: string | null;
}
const withOAuth = connectors
  .list()
  .map(({ manifest }) => manifest)
  .filter((manifest) => authOf(manifest, 'oauth2') !== null);
const named = withOAuth.flatMap(({ name, auth }): Party[] =>
  authOf({ auth }, 'oauth2')?.byForm
    ? ['one', 'two'].map((slug) => ({ name: slug, connector: name, slug }))
    : [{ name, connector: name, slug: null }],
);
const appIds = new Map<string, string>();
const partyOf = (name: string): Party =>
  named.find((party) => party.name === name) ?? { name, connector: name, slug: null };
/** The redirect URI of a party. */
const at = (name: string) => {
  const { connector, slug } = partyOf(name);
  const { workspaceId } = world.owner;
  return { connector, ...(slug === null ? {} : { app: { workspaceId, slug } }) };
};

beforeAll(async () => {
  world = await makeWorld(withOAuth);
  desk = await startTokenDesk();
  world.worker.outgoing = createOutgoing({ allow: [desk.hostPort, world.provider.hostPort] });
  for (const party of named) await putApp(party);
});
afterAll(async () => {
  await world.close();
  await desk.close();
});

const count = async (): Promise<number> => {
  const [row] = await world.admin<
    { n: number }[]
  >`select count(*)::int as n from public.connections`;
  return row?.n ?? 0;
};

async function begin(connector: string, actor: Member = world.owner, connectionId?: string) {
  const { authorize_url: url } = await startAuthorization(world.web, actor, {
    workspaceId: actor.workspaceId,
    connector: partyOf(connector).connector,
    appId: appIds.get(connector),
    connectionId,
    returnTo: '/',
    origin,
  });
  const page = new URL(url).searchParams;
  return { page, state: page.get('state') ?? '', redirectUri: page.get('redirect_uri') ?? '' };
}

const settle = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'connected',
    (error: { code: string }) => error.code,
  );

const pairs = named.flatMap((a) =>
  named.filter((b) => b !== a).map((b): [string, string] => [a.name, b.name]),
);

describe('COAT: an answer of one connector in the place of another', () => {
  it('has no two connectors with one redirect URI', async () => {
    const uris = await Promise.all(named.map(async ({ name }) => (await begin(name)).redirectUri));
    expect(new Set(uris).size).toBe(named.length);
    expect(named.length).toBeGreaterThanOrEqual(5);
    expect(named.filter(({ slug }) => slug !== null)).toHaveLength(2);
  });

  it.each(pairs)('%s begun, %s answers: no code reaches a wrong token endpoint', async (a, b) => {
    const before = await count();
    desk.received.length = 0;
    // The malicious server of `a` sends the browser on to `b`, with the state of `a`.
    const one = await begin(a);
    const query = (state: string, extra = '') => `code=${desk.mint(b)}&state=${state}${extra}`;
    // The honest server of `b` answers to the redirect URI that is registered there, its own.
    expect(await settle(world.finish(query(one.state), at(b)))).toBe('connections.path_mismatch');
    // Even if it answered to that of `a`, it says who it is.
    const iss = `&iss=${encodeURIComponent(`${desk.url}/${b}`)}`;
    expect(await settle(world.finish(query(one.state, iss), at(a)))).toBe(
      'connections.issuer_mismatch',
    );
    // The other way: a sign-in at `b` whose answer is carried to the path of `a`.
    const two = await begin(b);
    expect(await settle(world.finish(query(two.state), at(a)))).toBe('connections.path_mismatch');
    expect(desk.received).toEqual([]);
    // And the honest end of that sign-in brings the code to its own endpoint.
    await settle(world.finish(query(two.state), at(b)));
    expect(desk.received).toEqual([{ at: b, of: b }]);
    expect(await count()).toBe(before);
  });

  it('would be seen: with a state that is bound to nothing the code arrives elsewhere', async () => {
    const [a, b] = pairs[0] ?? ['', ''];
    const { state } = await begin(a);
    desk.received.length = 0;
    await world.admin`
      update private.oauth_states set connector = ${b}, redirect_uri = ${`${origin}/api/oauth/${b}/callback`}
      where state_hash = ${createHash('sha256').update(state).digest()}`;
    await settle(world.finish(`code=${desk.mint(b)}&state=${state}`, { connector: b }));
    expect(desk.received).toEqual([{ at: a, of: b }]);
  });
});

describe('CORF: an answer the victim did not ask for', () => {
  it('with the attacker’s code and state, or without one, is not taken', async () => {
    const before = await count();
    const theirs = await begin('fake', world.stranger);
    world.provider.tokenRequests.length = 0;
    const forged = [`code=theirs&state=${theirs.state}`, 'code=theirs', 'code=theirs&state='];
    for (const query of forged) {
      expect(await settle(world.finish(query))).toMatch(/state_foreign|state_missing/);
    }
    expect(world.provider.tokenRequests).toHaveLength(0);
    expect(await count()).toBe(before);
  });

  it('with the attacker’s code in the victim’s own sign-in is refused by PKCE', async () => {
    const before = await count();
    const mine = await begin('fake');
    const theirs = await begin('fake', world.stranger);
    const usual = world.provider.onToken;
    // A provider as RFC 7636 wants it: the code is good for whoever asked for it.
    const challengeOf = new Map([['code-of-theirs', theirs.page.get('code_challenge')]]);
    world.provider.onToken = (form, answer) => {
      const made = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (made !== challengeOf.get(form.get('code') ?? '')) {
        return answer(400, { error: 'invalid_grant' });
      }
      return usual(form, answer);
    };
    expect(await settle(world.finish(`code=code-of-theirs&state=${mine.state}`))).toBe(
      'connections.exchange_failed',
    );
    world.provider.onToken = usual;
    expect(await count()).toBe(before);
  });
});

describe('COSF: begun by the attacker, finished by the victim', () => {
  it('connects nobody, in 50 variants and both directions', async () => {
    const victims = await people();
    const begun = { own: undefined, again: await world.connect() };
    const before = await count();
    world.provider.tokenRequests.length = 0;
    let variants = 0;
    for (const victim of Object.values(victims)) {
      for (const connectionId of Object.values(begun)) {
        for (const extra of [
          '',
          `&iss=${encodeURIComponent(`${world.provider.url}/oauth`)}`,
          '&scope=repo',
        ]) {
          for (const connector of ['fake', 'other']) {
            const { state } = await begin('fake', world.owner, connectionId);
            const query = `code=of-the-victim&state=${state}${extra}`;
            const outcome = await settle(world.finish(query, { actor: victim, connector }));
            expect(outcome).toBe('connections.state_foreign');
            variants += 1;
          }
        }
      }
    }
    // The other direction: the victim began, the attacker finishes with an account of their own.
    for (const victim of Object.values(victims).filter((one) => one.workspaceId !== '')) {
      const { state } = await begin('fake', { ...world.stranger });
      const outcome = await settle(
        world.finish(`code=of-the-attacker&state=${state}`, {
          actor: victim.userId === world.stranger.userId ? world.owner : victim,
        }),
      );
      expect(outcome).toBe('connections.state_foreign');
      variants += 1;
    }
    expect(variants).toBeGreaterThanOrEqual(50);
    expect(world.provider.tokenRequests).toHaveLength(0);
    expect(await count()).toBe(before);
  });
});

describe('one state in two processes at once', () => {
  const trials = isLong ? 1_000 : 40;
  it(`is one exchange, ${trials} times`, async () => {
    const second = {
      ...world.web,
      db: connect({ url: world.database.webUrl, name: 'web-2', max: 4 }),
    };
    try {
      for (let trial = 0; trial < trials; trial += 1) {
        const { state } = await begin('fake');
        world.provider.tokenRequests.length = 0;
        const request = { connector: 'fake', origin, query: `code=c&state=${state}` };
        const outcomes = await world.during(
          Promise.all(
            [world.web, second].map((web) =>
              settle(finishAuthorization(web, world.owner, request)),
            ),
          ),
        );
        expect(outcomes.toSorted()).toEqual(['connected', 'connections.state_reused']);
        expect(world.provider.tokenRequests).toHaveLength(1);
      }
    } finally {
      await second.db.end();
    }
  }, 600_000);
});

/** Whoever may sit in front of the browser the answer comes to. */
async function people(): Promise<Record<string, Member>> {
  const { owner, stranger } = world;
  const session = async (userId: string, life: string) => {
    const id = newId();
    await world.admin`
      insert into private.sessions (id, token_hash, user_id, expires_at)
      values (${id}, ${createHash('sha256').update(id).digest()}, ${userId}, now() + ${life}::interval)`;
    return id;
  };
  const colleague = { userId: newId(), workspaceId: owner.workspaceId, sessionId: '' };
  await world.admin`
    insert into public.users (id, email) values (${colleague.userId}, ${`${colleague.userId}@x.test`})`;
  await world.admin`
    insert into public.members (workspace_id, user_id, role) values (${owner.workspaceId}, ${colleague.userId}, 'admin')`;
  colleague.sessionId = await session(colleague.userId, '1 day');
  return {
    // Of another workspace; of the same one; the same person in another browser, or signed in anew.
    stranger,
    colleague,
    otherBrowser: { ...owner, sessionId: await session(owner.userId, '1 day') },
    ended: { ...owner, sessionId: await session(owner.userId, '-1 day') },
  };
}

/** The party's app with its addresses at the desk. */
async function putApp({ name, connector, slug }: Party): Promise<void> {
  const id = newId();
  const { workspaceId } = world.owner;
  const base = `${desk.url}/${name}`;
  const endpoints = {
    authorizeUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    revokeUrl: `${base}/revoke`,
    apiBaseUrl: base,
  };
  const definition = {
    issuer: base,
    discovery: null,
    token_auth: 'client_secret_post',
    scopes: ['read'],
    par_url: null,
  };
  await world.admin`
    insert into public.apps (id, workspace_id, connector, client_id, endpoints, slug, title, definition)
    values (${id}, ${workspaceId}, ${connector}, ${`client-of-${name}`}, ${world.admin.json(endpoints)},
      ${slug ?? ''}, ${slug}, ${slug === null ? null : world.admin.json(definition)})`;
  if (slug !== null) appIds.set(name, id);
  const sealed = sealTo(world.web.sealKey, `secret-of-${name}`, {
    workspaceId,
    ownerId: id,
    field: 'client_secret',
  });
  await world.admin`
    insert into private.app_secrets (app_id, workspace_id, envelope, key_id)
    values (${id}, ${workspaceId}, ${sealed.envelope}, ${sealed.keyId})`;
}
