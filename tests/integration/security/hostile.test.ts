import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateKeyPair } from '#lib/security/index';
import { gateway, type Plan, web, worker } from '../../../scripts/start/processes.ts';
import { makeSecrets } from '../../../scripts/start/secrets.ts';
import { findLeaks } from '../../setup/canaries.ts';
import { patience } from '../../setup/patience.ts';
import { makeWorld, type World } from '../connections/world.ts';
import { insertWebhookSecret } from './sealed-rows.ts';

const mark = randomBytes(12).toString('hex');
let world: World;
let webhookSecrets: [string, string];
let plan: Plan;

beforeAll(async () => {
  world = await makeWorld();
  world.provider.onToken = (_form, answer) => {
    const access = `access-${mark}`;
    world.provider.valid.add(access);
    answer(200, { access_token: access, refresh_token: `refresh-${mark}`, token_type: 'bearer' });
  };
  const connectionId = await world.connect();
  const gatewayKey = generateKeyPair();
  const { workspaceId } = world.owner;
  ({ secrets: webhookSecrets } = await insertWebhookSecret(world.admin, {
    workspaceId,
    connectionId,
    sealKey: gatewayKey.publicKey,
  }));
  // One more sign-in is under way, its code sealed and not exchanged yet.
  const page = await world.begin();
  void world.finishOnly({ state: page.get('state') ?? '', code: `code-${mark}` });
  await vi.waitFor(async () => {
    const waiting = await world.admin`select 1 from private.commands where sealed is not null`;
    if (waiting.length === 0) throw new Error('The callback has not come yet');
  }, patience);
  plan = planOf(gatewayKey);
});
afterAll(async () => {
  await world.work();
  await world.close();
});

const clientSecret = 'canary-client-secret';

/** The environment a process gets from `npm start`, with the keys and logins of this test. */
function planOf(gatewayKey: ReturnType<typeof generateKeyPair>): Plan {
  const secrets = makeSecrets();
  const { database, privateKey, web: deps } = world;
  return {
    settings: {
      port: 3000,
      publicUrl: undefined,
      hasSandbox: false,
      isExternal: false,
      migrateUrl: undefined,
      logFormat: 'json',
      stateDir: '/nowhere',
      env: { PATH: process.env['PATH'] },
    },
    secrets: {
      ...secrets,
      worker: { publicKey: deps.sealKey, privateKey, older: [] },
      gateway: { ...gatewayKey, older: [] },
    },
    ports: { web: 1, supabase: 2, sandbox: 3, workerHealth: 4, sandboxMail: 5, worker: 6 },
    backing: {
      webUrl: database.webUrl,
      workerUrl: database.workerUrl,
      workerSessionUrl: undefined,
      supabasePublicUrl: undefined,
      publishableKey: 'sb_publishable_test',
      jwtSecret: randomBytes(32).toString('hex'),
      local: null,
    },
    isDev: false,
  };
}

/** Everything the hostile script got, as it printed it. */
function plunder(env: Record<string, string | undefined>): Promise<string> {
  const script = path.join(import.meta.dirname, 'hostile-process.ts');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=react-server', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { NODE_ENV: 'test', ...env },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString());
      else reject(new Error(`The script ended with ${code}`));
    });
  });
}

const leaksOf = (secrets: string[], text: string) => findLeaks(secrets, [{ name: 'loot', text }]);

describe('a hostile script', () => {
  it('with what web has reads no credential, client secret, code or webhook secret', async () => {
    const loot = await plunder(web(plan).env);
    // It did look around: rows of members, and sealed values it can do nothing with.
    expect(loot).toContain('private.sessions');
    expect(loot).toContain('webhook_secrets');
    expect(leaksOf([mark, clientSecret, ...webhookSecrets], loot)).toEqual([]);
  });

  it('with what the gateway has reads webhook secrets, and nothing of the other class', async () => {
    const loot = await plunder(gateway(plan).env);
    for (const secret of webhookSecrets) expect(leaksOf([secret], loot)).not.toEqual([]);
    expect(leaksOf([mark, clientSecret], loot)).toEqual([]);
  });

  it('would find them: with what the worker has it reads every one', async () => {
    const loot = await plunder(worker(plan).env);
    for (const secret of [`access-${mark}`, `refresh-${mark}`, `code-${mark}`, clientSecret]) {
      expect(leaksOf([secret], loot), secret.split('-')[0]).not.toEqual([]);
    }
    expect(leaksOf([...webhookSecrets], loot)).toEqual([]);
  });
});
