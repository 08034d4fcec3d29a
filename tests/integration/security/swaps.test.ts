import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '#lib/connections/index';
import { openWebhookSecret } from '#lib/hub/open-webhook-secret';
import { logger } from '#lib/observability/index';
import { generateKeyPair, sealTo } from '#lib/security/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { patience } from '../../setup/patience.ts';
import { makeWorld, type World } from '../connections/world.ts';
import { insertWebhookSecret } from './sealed-rows.ts';

let world: World;
/** Two connections of one workspace and one of another, each with a good credential. */
let places: { workspaceId: string; connectionId: string }[];
const { signal } = new AbortController();

beforeAll(async () => {
  world = await makeWorld();
  const connect = async (id: string, actor = world.owner) => {
    world.provider.account = { id, name: id };
    const page = await world.begin(actor);
    const connectionId = await world.finish(
      { state: page.get('state') ?? '', code: 'good-code' },
      { actor },
    );
    return { workspaceId: actor.workspaceId, connectionId };
  };
  places = [await connect('1'), await connect('2'), await connect('3', world.stranger)];
});
afterAll(() => world.close());

const envelopeOf = async (at: { connectionId: string }): Promise<Buffer> => {
  const [row] = await world.admin<{ envelope: Buffer }[]>`
    select envelope from private.credentials where connection_id = ${at.connectionId}`;
  return row?.envelope ?? Buffer.alloc(0);
};
const secretOf = async (workspaceId: string): Promise<Buffer> => {
  const [row] = await world.admin<{ envelope: Buffer }[]>`
    select envelope from private.app_secrets where workspace_id = ${workspaceId}`;
  return row?.envelope ?? Buffer.alloc(0);
};
const audits = async (subject: string) => {
  const rows = await world.admin`
    select workspace_id, details from public.audit_log
    where action = 'security.sealed_value_refused' and subject = ${subject}`;
  return rows.map((row) => ({ ...row }));
};
const open = (at: { workspaceId: string; connectionId: string }) =>
  openConnection(world.worker, at, { lane: 'edit', signal });

/** Puts this in the place of a credential, opens the connection, and puts things right again. */
async function tamper(at: (typeof places)[number], envelope: Buffer) {
  const good = await envelopeOf(at);
  await world.admin`delete from public.audit_log`;
  const put = (bytes: Buffer) => world.admin`
    update private.credentials set envelope = ${bytes} where connection_id = ${at.connectionId}`;
  await put(envelope);
  const outcome = await open(at).then(
    () => 'opened',
    (error: { code: string }) => error.code,
  );
  const told = await audits(at.connectionId);
  const [row] = await world.admin`
    select status, status_code from public.connections where id = ${at.connectionId}`;
  await put(good);
  await world.admin`
    update public.connections set status = 'active', status_code = null where id = ${at.connectionId}`;
  return { outcome, told, status: row?.['status'] as string };
}

const refused = (at: (typeof places)[number], reason: string, status: string) => ({
  outcome: 'security.sealed_value_invalid',
  told: [{ workspace_id: at.workspaceId, details: { field: 'credential', reason } }],
  status,
});

describe('a sealed credential', () => {
  it('opens where it belongs', async () => {
    for (const at of places) expect((await open(at)).connection.id).toBe(at.connectionId);
  });

  it('opens in no other row, field or workspace, and each refusal is told of', async () => {
    for (const at of places) {
      const others = await Promise.all(places.filter((one) => one !== at).map(envelopeOf));
      others.push(await secretOf(at.workspaceId));
      for (const envelope of others) {
        expect(await tamper(at, envelope)).toEqual(refused(at, 'changed', 'needs_reauth'));
      }
    }
  });

  it('opens with no shorter tag, no other version and no plaintext in its place', async () => {
    const [at] = places as [(typeof places)[number]];
    const good = await envelopeOf(at);
    for (let cut = 1; cut <= 16; cut += 1) {
      const short = good.subarray(0, good.length - cut);
      expect(await tamper(at, short), `${16 - cut} bytes`).toEqual(
        refused(at, 'changed', 'needs_reauth'),
      );
    }
    for (const bytes of [
      Buffer.from('{"accessToken":"a"}'),
      Buffer.alloc(0),
      Buffer.concat([Buffer.from([2]), good.subarray(1)]),
    ]) {
      expect(await tamper(at, bytes)).toEqual(refused(at, 'malformed', 'needs_reauth'));
    }
    for (const position of [9, 40, 45, good.length - 1]) {
      const flipped = Buffer.from(good);
      flipped[position] = (flipped[position] ?? 0) ^ 1;
      expect(await tamper(at, flipped)).toEqual(refused(at, 'changed', 'needs_reauth'));
    }
  });

  it('sealed to a key that is not here is refused and kept: the key may be put back', async () => {
    const [at] = places as [(typeof places)[number]];
    const foreign = sealTo(generateKeyPair().publicKey, 'x', {
      workspaceId: at.workspaceId,
      ownerId: at.connectionId,
      field: 'credential',
    });
    expect(await tamper(at, foreign.envelope)).toEqual(refused(at, 'unknown_key', 'active'));
  });

  it('that is refused again and again is told of once', async () => {
    const [at, other] = places as [(typeof places)[number], (typeof places)[number]];
    const good = await envelopeOf(at);
    await world.admin`delete from public.audit_log`;
    await world.admin`
      update private.credentials set envelope = ${await envelopeOf(other)} where connection_id = ${at.connectionId}`;
    for (let n = 0; n < 5; n += 1) {
      await world.admin`update public.connections set status = 'active' where id = ${at.connectionId}`;
      await expect(open(at)).rejects.toMatchObject({ code: 'security.sealed_value_invalid' });
    }
    expect(await audits(at.connectionId)).toHaveLength(1);
    await world.admin`
      update private.credentials set envelope = ${good} where connection_id = ${at.connectionId}`;
    await world.admin`update public.connections set status = 'active' where id = ${at.connectionId}`;
  });
});

describe('a sealed client secret', () => {
  it('of another workspace ends the sign-in before a token request, and is told of', async () => {
    const { workspaceId } = world.owner;
    const good = await secretOf(workspaceId);
    const put = (envelope: Buffer) => world.admin`
      update private.app_secrets set envelope = ${envelope} where workspace_id = ${workspaceId}`;
    await put(await secretOf(world.stranger.workspaceId));
    const page = await world.begin();
    world.provider.tokenRequests.length = 0;
    await expect(world.finish({ state: page.get('state') ?? '', code: 'c' })).rejects.toMatchObject(
      { code: 'security.sealed_value_invalid' },
    );
    expect(world.provider.tokenRequests).toHaveLength(0);
    const [app] = await world.admin`select id from public.apps where workspace_id = ${workspaceId}`;
    expect(await audits(String(app?.['id']))).toHaveLength(1);
    await put(good);
  });
});

describe('a sealed webhook secret', () => {
  it('of another endpoint does not open for the gateway, and is told of', async () => {
    const [at] = places as [(typeof places)[number]];
    const key = generateKeyPair();
    const insert = (place: (typeof places)[number]) =>
      insertWebhookSecret(world.admin, { ...place, sealKey: key.publicKey });
    const mine = await insert(at);
    const other = places[2] as (typeof places)[number];
    const theirs = await insert(other);
    const open = openWebhookSecret({
      db: world.web.db,
      log: logger('test', 'silent'),
      opener: createWebhookSecretOpener(key.privateKey),
    });
    const [row] = await world.admin<{ envelope: Buffer }[]>`
      select envelope from private.webhook_secrets where endpoint_id = ${theirs.endpointId}`;
    const envelope = row?.envelope ?? Buffer.alloc(0);
    const place = { workspaceId: at.workspaceId, endpointId: mine.endpointId };
    expect(() => open(envelope, place)).toThrow('A sealed value was changed');
    await expect.poll(() => audits(mine.endpointId), patience).toHaveLength(1);
    const right = { workspaceId: other.workspaceId, endpointId: theirs.endpointId };
    expect(open(envelope, right).toString()).toBe(theirs.secrets[0]);
  });
});
