import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListeningMade } from '#lib/webhooks/schema';
import { type RunningHub, startHub } from '../e2e/hub.ts';
import { findLeaks, type Place } from '../setup/canaries.ts';
import { controlOf, editInGitHub } from './hub-case.ts';
import { LiveRecorder } from './live-recorder.ts';
import { Person } from './person.ts';
import { eventually, until } from './waiting.ts';

const root = join(import.meta.dirname, '../..');
/** In everything that is pasted or set here. */
const mark = `cnry${randomBytes(12).toString('hex')}`;
/** Of the environment: what each process is given and no browser may ever see. */
const secretName = /SECRET|TOKEN|PRIVATE_KEY|OLDER_KEYS|DATABASE_URL|REDIS_URL|PASSWORD/;
/** Shorter values are no secrets and turn up anywhere. */
const leastChars = 16;

let hub: RunningHub;
let person: Person;
let workspace: { id: string; slug: string };
let connectionId: string;
const recorder = new LiveRecorder();

beforeAll(async () => {
  const env = { RATE_LIMITS: 'postgres', REDIS_URL: `redis://hub:${mark}@127.0.0.1:9/0` };
  hub = await startHub({ env });
  person = await Person.signIn(hub.origin);
  const [first] = (await person.session()).workspaces;
  if (!first) throw new Error('Nobody has a workspace here');
  workspace = first;
  const kept = await person.keepInStep();
  await person.untilLive(kept);
  connectionId = kept.connectionId;
  await recorder.start(person, workspace.id);
});
afterAll(async () => {
  await recorder.stop();
  await hub.stop();
  rmSync(hub.stateDir, { recursive: true, force: true });
});

/** What the processes were started with, as the system tells it; of an address its password. */
function environmentSecrets(): Map<string, string> {
  const found = new Map<string, string>();
  for (const pid of Object.values(hub.runtime().pids)) {
    for (const pair of readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')) {
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (!secretName.test(name)) continue;
      const secret = URL.canParse(value) ? new URL(value).password : value;
      if (secret.length >= leastChars) found.set(name, decodeURIComponent(secret));
    }
  }
  return found;
}

const within = (path: string) => `${path}?workspace_id=${workspace.id}`;
const statuses: number[] = [];
async function send(method: string, path: string, body: unknown): Promise<unknown> {
  const { status, json } = await person.call(method, within(path), body);
  statuses.push(status);
  return json;
}

/** Each kind of secret on its way through the hub, taken and refused. */
async function plant(): Promise<void> {
  const hook = { kind: 'webhook', name: 'Told', config: { url: 'https://example.com/hook' } };
  const secret = `whsec_${Buffer.from(`${mark}-of-24-bytes-at-least`).toString('base64')}`;
  const { id } = (await send('POST', '/subscriptions', { ...hook, secret })) as { id: string };
  await send('PUT', `/subscriptions/${id}/secret`, { secret: `whsec_${mark}` });
  const address = `https://hooks.slack.com/services/T1/B1/${mark}`;
  await send('POST', '/subscriptions', {
    kind: 'slack',
    name: 'Chat',
    config: {},
    secret: address,
  });
  await send('PUT', '/apps/linear', { connector: 'linear', client_id: 'c', client_secret: mark });
  await send('PUT', '/form-apps/http_oauth/tasks', {
    title: 'Tasks',
    issuer: 'https://127.0.0.1/',
    api_base_url: 'https://127.0.0.1/',
    account_path: '/me',
    token_auth: 'client_secret_basic',
    scopes: [],
    client_id: 'c',
    client_secret: mark,
  });
  const listen = (title: string, preset: string, more: object = {}) =>
    send('POST', '/connections/listening', {
      connector: 'http_webhook',
      title,
      signing: { by: 'preset', preset },
      ...more,
    }) as Promise<ListeningMade>;
  const pages = await listen('Notes', 'notion');
  const design = await listen('Design', 'figma', { secret: mark });
  const post = async ({ state }: ListeningMade, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const path = `/api/webhooks/http_webhook/${state.endpoint_id}`;
    const answer = await fetch(new URL(path, hub.origin), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    statuses.push(answer.status);
  };
  await post(pages, { verification_token: `secret_${mark}` });
  await post(design, { webhook_id: '1', timestamp: 'a', event_type: 'PING', passcode: mark });
  await post(design, { webhook_id: '1', event_type: 'PING', passcode: `${mark}-of-another-day` });
}

function bundles(): Place[] {
  const folder = join(root, '.next/static');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({
      name: `bundle ${name}`,
      text: readFileSync(join(parentPath, name)).toString('latin1'),
    }));
}

async function pages(): Promise<Place[]> {
  const home = `/w/${workspace.slug}`;
  const rooms = ['records', 'inbox', 'deliveries', 'connections', 'settings', 'system'];
  const paths = [
    '/sign-in',
    home,
    ...rooms.map((room) => `${home}/${room}`),
    `${home}/connections/${connectionId}`,
  ];
  const found: Place[] = [];
  for (const path of paths) {
    const page = await person.browser.open(new URL(path, hub.origin));
    expect([path, page.status]).toEqual([path, 200]);
    found.push({ name: `page ${path}`, text: page.text });
  }
  return found;
}

describe('secrets of a running hub', () => {
  let secrets: string[];

  it('go their ways while a browser listens', async () => {
    const environment = environmentSecrets();
    expect([...environment.keys()]).toEqual(
      expect.arrayContaining([
        'NEXTAUTH_SECRET',
        'SUPABASE_JWT_SECRET',
        'GATEWAY_TOKEN',
        'WORKER_SECRET',
        'SEAL_WORKER_PRIVATE_KEY',
        'SEAL_GATEWAY_PRIVATE_KEY',
        'DATABASE_URL_WEB',
        'REDIS_URL',
      ]),
    );
    secrets = [mark, ...environment.values()];
    await plant();
    expect(statuses.filter((status) => status < 300).length).toBeGreaterThanOrEqual(7);
    expect(statuses.filter((status) => status >= 400 && status < 500).length).toBe(3);
    for (const number of [1, 2, 3]) {
      await editInGitHub(controlOf(hub), number, { title: `Another title ${number}` });
    }
    const heard = (text: string) =>
      until(`a frame of ${text}`, () => recorder.frames.some((frame) => frame.includes(text)));
    await heard('changes');
    await heard('subscriptions');
    await eventually('the event stream tells of changes', () =>
      recorder.events.join('').includes('event: changes') ? true : null,
    );
  });

  it('stand in no bundle a browser loads', () => {
    const places = bundles();
    expect(places.length).toBeGreaterThan(20);
    expect(findLeaks(secrets, places)).toEqual([]);
  });

  it('stand in no page as it is served', async () => {
    expect(findLeaks(secrets, await pages())).toEqual([]);
  });

  it('stand in no frame and no event a browser hears', async () => {
    await recorder.stop();
    const places = [
      { name: 'frames', text: recorder.frames.join('\n') },
      { name: 'events', text: recorder.events.join('') },
    ];
    expect(findLeaks(secrets, places)).toEqual([]);
    const planted = { name: 'frames', text: `${places[0]?.text}{"payload":"${secrets[1]}"}` };
    expect(findLeaks(secrets, [planted])).not.toEqual([]);
  });

  it('stand in no line of the log', () => {
    expect(findLeaks(secrets, [{ name: 'log', text: hub.log() }])).toEqual([]);
  });
});
