import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { rotateGatewayKeys, rotateWorkerKeys } from '#lib/hub/key-rotation';
import { logger } from '#lib/observability/index';
import { generateKeyPair, keyIdOf, type Rotating, readKeys, sealTo } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { isLong } from '../../setup/is-long.ts';
import { patience } from '../../setup/patience.ts';
import {
  insertSealed,
  insertWebhookSecret,
  newWorkspace,
  type Place,
  secretOf,
} from './sealed-rows.ts';

const log = logger('test', 'silent');
let database: TestDatabase;
let admin: postgres.Sql;
let worker: Db;
let web: Db;
let workspaceId: string;

beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 4, onnotice: () => undefined });
  worker = connect({ url: database.workerUrl, name: 'test-worker', max: 6 });
  web = connect({ url: database.webUrl, name: 'test-web', max: 4 });
});
afterAll(async () => {
  await Promise.all([worker.end(), web.end(), admin.end()]);
  await database.drop();
});
beforeEach(async () => {
  await admin`truncate public.workspaces, private.key_holders, private.key_rotations cascade`;
  workspaceId = await newWorkspace(admin);
});

const context = (at: Place) => ({
  workspaceId: at.workspaceId,
  ownerId: at.connectionId,
  field: 'credential',
});
const stateOf = async (name: 'worker' | 'gateway') => {
  const found = (await readKeys(web)).find((one) => one.class === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};
const sealedTo = async (keyId: string) => {
  const state = await stateOf('worker');
  return state.keys.find((key) => key.key_id === keyId)?.sealed ?? 0;
};
const envelopeOf = async (at: Place): Promise<Buffer> => {
  const [row] = await worker<{ envelope: Buffer }[]>`
    select envelope from private.credentials where connection_id = ${at.connectionId}`;
  return row?.envelope ?? Buffer.alloc(0);
};
const audited = async () => {
  const rows = await admin<{ action: string; subject: string; details: unknown }[]>`
    select action, subject, details from public.audit_log order by id`;
  return rows.map((row) => ({ ...row }));
};

describe('a new worker key', () => {
  const old = generateKeyPair();
  const next = generateKeyPair();
  const [oldId, nextId] = [keyIdOf(old.publicKey), keyIdOf(next.publicKey)];
  const count = isLong ? 10_000 : 700;
  const kills = isLong ? 5 : 2;

  it(`takes over ${count} secrets under readers and ${kills} kills: no read fails`, async () => {
    const places = await insertSealed(admin, { workspaceId, sealKey: old.publicKey, count });
    const reader = createOpener(next.privateKey, old.privateKey);
    let reads = 0;
    const faults: unknown[] = [];
    let isOver = false;
    const read = async () => {
      while (!isOver) {
        const at = places[Math.floor(Math.random() * places.length)] as Place;
        try {
          const opened = reader.open(await envelopeOf(at), context(at)).toString();
          if (opened !== secretOf(at)) faults.push(opened);
        } catch (error) {
          faults.push(error);
        }
        reads += 1;
      }
    };
    const readers = [read(), read(), read()];
    const keys = `${next.privateKey},${old.privateKey}`;
    let before = 0;
    let rotating: Rotating | null = null;
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        const child = spawnRotator(database.workerUrl, keys);
        // Between two batches or in one: wherever it is once it has done something more.
        await expect
          .poll(() => sealedTo(nextId), { ...patience, interval: 2 })
          .toBeGreaterThan(before);
        await killed(child);
        // What was counted as done is what was committed, at whatever moment the kill came.
        await expect
          .poll(async () => {
            before = await sealedTo(nextId);
            return (await stateOf('worker')).rotation?.done === before;
          }, patience)
          .toBe(true);
        expect((await stateOf('worker')).rotation).toMatchObject({
          status: 'running',
          total: count,
        });
      }
      expect(before).toBeLessThan(count);
      await admin`truncate private.key_holders`;
      rotating = rotateWorkerKeys({ db: worker, opener: reader, log });
      await expect
        .poll(async () => (await stateOf('worker')).rotation?.status, { timeout: 300_000 })
        .toBe('done');
    } finally {
      isOver = true;
      await Promise.all(readers);
    }
    expect(faults).toEqual([]);
    expect(reads).toBeGreaterThan(count / 10);
    const state = await stateOf('worker');
    expect(state.rotation).toMatchObject({ done: count, total: count, refused: 0 });
    expect(state.keys.find((key) => key.key_id === oldId)).toMatchObject({
      sealed: 0,
      is_held: true,
      may_go: true,
    });
    await rotating.stop();

    // The old key is gone, and everything still opens.
    const alone = createOpener(next.privateKey);
    for (const at of places) {
      expect(alone.open(await envelopeOf(at), context(at)).toString()).toBe(secretOf(at));
    }
    expect(await audited()).toEqual([
      {
        action: 'security.rotation_started',
        subject: nextId,
        details: { class: 'worker', total: count, refused: 0 },
      },
      {
        action: 'security.rotation_finished',
        subject: nextId,
        details: { class: 'worker', total: count, refused: 0 },
      },
    ]);
  }, 600_000);

  it('leaves alone what a refresh has written meanwhile, and the version it read', async () => {
    const [at] = (await insertSealed(admin, { workspaceId, sealKey: old.publicKey, count: 1 })) as [
      Place,
    ];
    const holding = await worker.reserve();
    await holding`begin`;
    const renewed = sealTo(next.publicKey, 'renewed', context(at));
    await holding`
      update private.credentials set envelope = ${renewed.envelope}, key_id = ${renewed.keyId}, version = version + 1
      where connection_id = ${at.connectionId}`;
    const opener = createOpener(next.privateKey, old.privateKey);
    const rotating = rotateWorkerKeys({ db: worker, opener, log });
    await expect
      .poll(async () => (await stateOf('worker')).rotation?.status, patience)
      .toBe('running');
    await holding`commit`;
    holding.release();
    await expect
      .poll(async () => (await stateOf('worker')).rotation?.status, patience)
      .toBe('done');
    await rotating.stop();
    expect(opener.open(await envelopeOf(at), context(at)).toString()).toBe('renewed');
    const [row] = await admin`select version from private.credentials`;
    expect(Number(row?.['version'])).toBe(2);
  });

  it('waits until no living process seals to another one', async () => {
    await insertSealed(admin, { workspaceId, sealKey: old.publicKey, count: 3 });
    const earlier = newId();
    await admin`
      insert into private.key_holders (holder, class, present_key, opens)
      values (${earlier}, 'worker', ${oldId}, ${[oldId]})`;
    const opener = createOpener(next.privateKey, old.privateKey);
    const rotating = rotateWorkerKeys({ db: worker, opener, log });
    await expect.poll(async () => (await stateOf('worker')).present.length, patience).toBe(2);
    await rotating.stop();
    expect(await sealedTo(oldId)).toBe(3);
    expect((await stateOf('worker')).rotation).toBeNull();
    // It has died: its row is old, and no reason to wait any more.
    await admin`update private.key_holders set seen_at = now() - interval '1 hour'`;
    const again = rotateWorkerKeys({ db: worker, opener, log });
    await expect.poll(() => sealedTo(nextId), patience).toBe(3);
    await again.stop();
  });

  it('refuses what was moved or cut, tells of it once, and ends', async () => {
    const places = await insertSealed(admin, { workspaceId, sealKey: old.publicKey, count: 4 });
    const [a, b] = places as [Place, Place];
    await admin`update private.credentials set envelope = ${await envelopeOf(a)} where connection_id = ${b.connectionId}`;
    const opener = createOpener(next.privateKey, old.privateKey);
    const rotating = rotateWorkerKeys({ db: worker, opener, log });
    await expect
      .poll(async () => (await stateOf('worker')).rotation?.status, patience)
      .toBe('done');
    await rotating.stop();
    expect((await stateOf('worker')).rotation).toMatchObject({ done: 3, refused: 1, total: 4 });
    expect(await audited()).toContainEqual({
      action: 'security.sealed_value_refused',
      subject: b.connectionId,
      details: { field: 'credential', while: 'rotation' },
    });
    // Another start looks again and finds no reason to begin anew.
    const later = rotateWorkerKeys({ db: worker, opener, log });
    await expect.poll(async () => (await stateOf('worker')).processes, patience).toBe(1);
    await later.stop();
    expect(await admin`select 1 from private.key_rotations`).toHaveLength(1);
    expect(
      (await audited()).filter((row) => row.action === 'security.sealed_value_refused'),
    ).toHaveLength(1);
  });
});

describe('a new gateway key', () => {
  it('takes over present and previous webhook secrets, by the login of the gateway', async () => {
    const old = generateKeyPair();
    const next = generateKeyPair();
    const [at] = (await insertSealed(admin, { workspaceId, sealKey: old.publicKey, count: 1 })) as [
      Place,
    ];
    const { endpointId, secrets } = await insertWebhookSecret(admin, {
      ...at,
      sealKey: old.publicKey,
    });
    const opener = createWebhookSecretOpener(next.privateKey, old.privateKey);
    const rotating = rotateGatewayKeys({ db: web, opener, log });
    await expect
      .poll(async () => (await stateOf('gateway')).rotation?.status, patience)
      .toBe('done');
    await rotating.stop();
    const [row] = await admin<{ envelope: Buffer; previous_envelope: Buffer; key_id: string }[]>`
      select envelope, previous_envelope, key_id from private.webhook_secrets`;
    const alone = createWebhookSecretOpener(next.privateKey);
    const opened = [row?.envelope, row?.previous_envelope].map((envelope) =>
      alone.open(envelope ?? Buffer.alloc(0), { workspaceId, endpointId }).toString(),
    );
    expect(opened).toEqual(secrets);
    expect(row?.key_id).toBe(keyIdOf(next.publicKey));
    // A class is not touched by the keys of the other.
    expect(await sealedTo(keyIdOf(old.publicKey))).toBe(1);
  });
});

function spawnRotator(url: string, keys: string): ChildProcess {
  const script = path.join(import.meta.dirname, 'rotator-process.ts');
  return spawn(process.execPath, ['--conditions=react-server', script], {
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL_WORKER: url, SEAL_KEYS: keys },
  });
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
