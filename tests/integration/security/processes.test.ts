import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db } from '#lib/db/index';
import { generateKeyPair, keyIdOf, readKeys } from '#lib/security/index';
import { fileKms, wrapKey } from '#lib/security/kms';
import { createOpener } from '#lib/security/open';
import { patience } from '../../setup/patience.ts';
import {
  newKeys,
  type OwnPostgres,
  startOwnPostgres,
  startWorkerProcess,
} from '../worker/worker-process.ts';
import { insertSealed, newWorkspace, secretOf } from './sealed-rows.ts';

let own: OwnPostgres;
let web: Db;
let folder: string;
beforeAll(async () => {
  own = await startOwnPostgres();
  web = connect({ url: own.urls.webUrl, name: 'test-web', max: 2 });
  folder = mkdtempSync(path.join(tmpdir(), 'patchbay-kek-'));
});
afterAll(async () => {
  await web.end();
  await own.close();
  rmSync(folder, { recursive: true });
});

const stateOf = async () => (await readKeys(web)).find((state) => state.class === 'worker');

describe('the worker as it is started', () => {
  it('with a new key in front, wrapped, seals everything anew and says so', async () => {
    const keys = newKeys();
    const old = generateKeyPair();
    const workspaceId = await newWorkspace(own.admin);
    const places = await insertSealed(own.admin, {
      workspaceId,
      sealKey: old.publicKey,
      count: 30,
    });
    const kek = path.join(folder, 'kek');
    writeFileSync(kek, randomBytes(32).toString('base64url'), { mode: 0o600 });
    const name = 'SEAL_WORKER_PRIVATE_KEY';
    const wrapped = await wrapKey(fileKms(kek), name, keys.worker.privateKey);
    const worker = await startWorkerProcess(own.urls, keys, {
      [name]: wrapped,
      SEAL_WORKER_OLDER_KEYS: old.privateKey,
      SEAL_KEK_FILE: kek,
    });
    await expect.poll(async () => (await stateOf())?.rotation?.status, patience).toBe('done');
    expect((await stateOf())?.keys).toContainEqual({
      key_id: keyIdOf(old.publicKey),
      is_present: false,
      is_held: true,
      sealed: 0,
      may_go: true,
    });
    worker.kill('SIGTERM');
    expect((await worker.exited).code).toBe(0);
    expect((await stateOf())?.processes).toBe(0);
    const alone = createOpener(keys.worker.privateKey);
    for (const at of places) {
      const [row] = await own.admin<{ envelope: Buffer }[]>`
        select envelope from private.credentials where connection_id = ${at.connectionId}`;
      const context = { workspaceId, ownerId: at.connectionId, field: 'credential' };
      expect(alone.open(row?.envelope ?? Buffer.alloc(0), context).toString()).toBe(secretOf(at));
    }
  });

  it('without the key its values are sealed to tells of it at once', async () => {
    const lost = generateKeyPair();
    const workspaceId = await newWorkspace(own.admin);
    await insertSealed(own.admin, { workspaceId, sealKey: lost.publicKey, count: 2 });
    const worker = await startWorkerProcess(own.urls, newKeys());
    const told = () => worker.lines.filter((line) => line.includes('keys that are not here'));
    await expect.poll(told, patience).not.toEqual([]);
    expect(told()[0]).toContain(keyIdOf(lost.publicKey));
    worker.kill('SIGTERM');
    await worker.exited;
  });
});

describe.each([
  ['worker', 'lib/hub/worker-main.ts', 'SEAL_WORKER_PRIVATE_KEY'],
  ['gateway', 'lib/hub/gateway-main.ts', 'SEAL_GATEWAY_PRIVATE_KEY'],
])('the %s', (_name, script, setting) => {
  const good = generateKeyPair();
  it.each<[string, string]>([
    ['is missing', ''],
    ['is too short', good.privateKey.slice(1)],
    ['is wrapped, and nothing says by what', `wrapped:${'B'.repeat(80)}`],
  ])('does not start when its key %s: it says why, and writes nothing', async (_why, value) => {
    const before = await own.admin`select count(*)::int as n from private.key_holders`;
    const { code, text } = await runToEnd(script, {
      DATABASE_URL_WORKER: own.urls.workerUrl,
      DATABASE_URL_WEB: own.urls.webUrl,
      SEAL_GATEWAY_PUBLIC_KEY: good.publicKey,
      GATEWAY_TOKEN: 'x'.repeat(32),
      WEB_URL: 'http://127.0.0.1:1',
      PORT: '1',
      [setting]: value,
    });
    expect(code).not.toBe(0);
    expect(text).toContain(setting);
    expect(text).not.toContain(value || good.privateKey);
    expect(await own.admin`select count(*)::int as n from private.key_holders`).toEqual(before);
  });
});

function runToEnd(
  script: string,
  env: Record<string, string>,
): Promise<{ code: number | null; text: string }> {
  const root = path.join(import.meta.dirname, '../../..');
  const child = spawn(process.execPath, ['--conditions=react-server', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'test', PATH: process.env['PATH'] ?? '', ...env },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve({ code, text: Buffer.concat(chunks).toString() }));
  });
}
