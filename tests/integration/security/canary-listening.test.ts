import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listApps, listConnectionLog, listConnections } from '#lib/connections/index';
import { httpWebhook } from '#lib/connectors/generic/index';
import { systemClock } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import { broughtKeeper, broughtOpener } from '#lib/hub/brought-secrets';
import { listAudit } from '#lib/identity/index';
import { logger, metricsText } from '#lib/observability/index';
import { generateKeyPair } from '#lib/security/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import {
  createReceiver,
  getInboxEvent,
  listInboxEvents,
  listQuarantine,
  makeListeningConnection,
  readBroughtSecret,
  readListening,
  rotateListeningSecret,
  takeBroughtSecret,
} from '#lib/webhooks/index';
import { type ListeningMade, listeningInputSchema } from '#lib/webhooks/schema';
import { findLeaks } from '../../setup/canaries.ts';
import { type FormAppWorld, makeFormAppWorld } from '../connections/form-app-world.ts';
import { errorText, holdWal, tablePlaces, walPlaces } from './canary-places.ts';

/** In what is pasted or brought to verify webhooks with, and in the client secrets of apps of a form. */
const mark = `cnry${randomBytes(12).toString('hex')}`;
const lines: string[] = [];
const errors: string[] = [];
const answers: string[] = [];
const log = logger('canary', 'trace', { write: (line) => lines.push(line) });
const gatewayKeys = generateKeyPair();
const token = 'what gateway and web share';
const deps = {
  sealKey: gatewayKeys.publicKey,
  where: { publicUrl: 'https://hub.example', port: 1 },
  clock: systemClock,
};
let place: FormAppWorld;
let walFrom: string;

beforeAll(async () => {
  place = await makeFormAppWorld(log);
  walFrom = await holdWal(place.world.admin);
});
afterAll(() => place.close());

/** What a member is answered is looked through later. */
async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    const answer = await work();
    answers.push(JSON.stringify(answer ?? null));
    return answer;
  } catch (error) {
    errors.push(errorText(error));
    return null;
  }
}
const asOwner = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  asUser(place.world.web.db, place.world.owner, work);

const listen = (signing: object, secret?: string) =>
  attempt(() =>
    asOwner((tx) =>
      makeListeningConnection(
        tx,
        deps,
        place.world.owner,
        listeningInputSchema.parse({ connector: 'http_webhook', title: 'Shop', signing, secret }),
      ),
    ),
  );
const preset = (name: string) => ({ by: 'preset', preset: name });

async function post(made: ListeningMade | null, body: string, headers: object = {}): Promise<void> {
  const { db } = place.world.web;
  const opener = createWebhookSecretOpener(gatewayKeys.privateKey);
  const receiver = createReceiver({
    db,
    aside: db,
    findManifest: () => httpWebhook.manifest.webhook,
    findParser: () => null,
    openSecret: (envelope, at) => opener.open(envelope, at),
    keepBrought: broughtKeeper(db, token),
    clock: systemClock,
    log,
  });
  await attempt(async () => {
    const answer = await receiver.receive({
      method: 'POST',
      connector: 'http_webhook',
      endpointId: made?.state.endpoint_id ?? '',
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, [String(value)]]),
      ),
      body: (async function* () {
        yield Buffer.from(body);
      })(),
    });
    // Asana wants its own header back: whoever sent it knows it.
    return { ...answer, headers: { ...answer.headers, 'x-hook-secret': undefined } };
  });
  await receiver.close();
}

async function listening(): Promise<void> {
  const own = { by: 'own', own: { header: 'x-signature' } };
  const shop = await listen(own, `${mark}-of-the-shop`);
  const design = await listen(preset('figma'), `${mark}-passcode`);
  const code = await listen(preset('gitlab_token'), `${mark}-token`);
  const notes = await listen(preset('notion'));
  const work = await listen(preset('asana'));
  await listen(preset('nobody'), mark);
  await listen({ by: 'nothing' }, mark);
  await listen(own, `${mark}\r\nx`);
  await listen(own, `${mark}é`);
  const rotate = (secret: string) =>
    attempt(() =>
      asOwner((tx) => {
        const connectionId = shop?.connection_id ?? '';
        const at = { workspaceId: place.world.owner.workspaceId, connectionId };
        return rotateListeningSecret(tx, deps, at, { secret, is_at_once: false });
      }),
    );
  await rotate(`${mark}-of-tomorrow`);
  await rotate(`${mark} of nobody`);
  // Wherever somebody may have put it: right, wrong, in the body, in a header, in a place of its own.
  const ping = (passcode: string) => JSON.stringify({ webhook_id: '1', event_type: 'P', passcode });
  await post(shop, `{"type":"a","key":"${mark}-of-the-shop"}`, {
    'x-signature': `${mark}-of-tomorrow`,
    authorization: `Bearer ${mark}`,
    cookie: `session=${mark}`,
  });
  await post(design, ping(`${mark}-passcode`));
  await post(design, ping(`${mark}-of-another`));
  await post(code, '{"object_kind":"push"}', { 'x-gitlab-token': `${mark}-token` });
  await post(code, '{"object_kind":"push"}', { 'x-gitlab-token': `${mark}-wrong` });
  await post(notes, JSON.stringify({ verification_token: `secret_${mark}` }));
  await post(work, '{}', { 'x-hook-secret': `${mark}-of-asana` });
  await takeOver(notes);
}

/** An admin is shown it once more: the one answer it may stand in. */
async function takeOver(made: ListeningMade | null): Promise<void> {
  const endpointId = made?.state.endpoint_id ?? '';
  const open = broughtOpener(token);
  const brought = await asOwner((tx) => readBroughtSecret(tx, open, endpointId));
  expect(brought?.secret).toBe(`secret_${mark}`);
  const taken = { endpointId, broughtAt: brought?.brought_at ?? '' };
  const keys = { open, sealKey: deps.sealKey };
  await attempt(() =>
    asOwner((tx) => takeBroughtSecret(tx, keys, { ...taken, broughtAt: '2026-01-01T00:00:00Z' })),
  );
  await attempt(() => asOwner((tx) => takeBroughtSecret(tx, keys, taken)));
}

async function formApps(): Promise<void> {
  const filled = (change: object) =>
    place.filled('acme', { client_secret: `${mark}-app`, ...change });
  const app = await attempt(() => place.put('acme', filled({})));
  // The service refuses it, in a pushed request; others are refused here.
  await attempt(() => place.begin(app?.id ?? ''));
  await attempt(() => place.put('acme', filled({ client_secret: `${mark}\n${mark}` })));
  await attempt(() => place.put('Not a slug', filled({})));
  await attempt(() => place.put('two', filled({ issuer: 'https://127.0.0.1:1' })));
  await attempt(() => place.put('three', filled({ token_url: 'https://github.com/token' })));
}

async function read(): Promise<void> {
  const { workspaceId } = place.world.owner;
  await attempt(() =>
    asOwner(async (tx) => {
      const page = { workspaceId, beforeId: null, limit: 100 };
      const { data: events } = await listInboxEvents(tx, { workspaceId });
      const bodies = [];
      for (const { id } of events) bodies.push(await getInboxEvent(tx, id));
      expect(bodies.length).toBeGreaterThanOrEqual(2);
      const connections = await listConnections(tx, { workspaceId });
      const states = [];
      for (const { id: connectionId } of connections) {
        states.push(await readListening(tx, deps, { workspaceId, connectionId }));
        states.push(await listConnectionLog(tx, { connectionId }));
      }
      const refused = await listQuarantine(tx, page);
      expect(refused.length).toBeGreaterThanOrEqual(3);
      const apps = await listApps(tx, { workspaceId });
      return [events, bodies, connections, states, refused, apps, await listAudit(tx, page)];
    }),
  );
}

describe('secrets that verify what comes in, and those of apps of a form', () => {
  it('went their ways: pasted, brought, sent along, refused', async () => {
    await listening();
    await formApps();
    const before = errors.length;
    await read();
    expect(errors.slice(before)).toEqual([]);
    expect(before).toBeGreaterThanOrEqual(11);
    expect(answers.length).toBeGreaterThanOrEqual(15);
  });

  it('stand in no table and no write-ahead log', async () => {
    const { admin } = place.world;
    expect(findLeaks([mark], await tablePlaces(admin))).toEqual([]);
    expect(findLeaks([mark], await walPlaces(admin, walFrom))).toEqual([]);
  });

  it('stand in no log line, error, answer or metric', async () => {
    const places = [
      { name: 'log', text: lines.join('\n') },
      { name: 'errors', text: errors.join('\n') },
      { name: 'answers', text: answers.join('\n') },
      { name: 'metrics', text: await metricsText() },
    ];
    expect(findLeaks([mark], places)).toEqual([]);
  });
});
