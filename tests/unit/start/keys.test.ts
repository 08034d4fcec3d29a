import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { generateKeyPair } from '#lib/security/index';
import { fileKms, unwrapKey } from '#lib/security/kms';
import { changeKeys, findKeyFaults } from '../../../scripts/start/keys.ts';
import { readSecrets } from '../../../scripts/start/secrets.ts';

let folder: string;
let printed: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-keys-'));
  printed = [];
  vi.stubEnv('PATCHBAY_STATE_DIR', folder);
  for (const name of ['SEAL_WORKER_PRIVATE_KEY', 'SEAL_GATEWAY_PRIVATE_KEY', 'SEAL_KEK_FILE']) {
    vi.stubEnv(name, '');
  }
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const lines = () => Object.fromEntries(printed.map((line) => line.split(/=(.*)/s).slice(0, 2)));

describe('npm run keys', () => {
  it('prints a fresh line for each secret of production', async () => {
    await changeKeys(undefined);
    expect(Object.keys(lines())).toEqual([
      'SEAL_WORKER_PUBLIC_KEY',
      'SEAL_WORKER_PRIVATE_KEY',
      'SEAL_GATEWAY_PUBLIC_KEY',
      'SEAL_GATEWAY_PRIVATE_KEY',
      'NEXTAUTH_SECRET',
      'GATEWAY_TOKEN',
      'WORKER_SECRET',
    ]);
    expect(lines()['SEAL_WORKER_PRIVATE_KEY']).toMatch(/^[\w-]{43}$/);
  });

  it('wraps private keys where there is a KEK', async () => {
    const file = join(folder, 'kek');
    writeFileSync(file, randomBytes(32).toString('base64url'));
    chmodSync(file, 0o600);
    vi.stubEnv('SEAL_KEK_FILE', file);
    await changeKeys(undefined);
    const name = 'SEAL_GATEWAY_PRIVATE_KEY';
    const wrapped = lines()[name] ?? '';
    expect(wrapped).toMatch(/^wrapped:/);
    expect(await unwrapKey(fileKms(file), name, wrapped)).toMatch(/^[\w-]{43}$/);
  });

  it('rotate puts new keys in front and keeps the old ones behind, time after time', async () => {
    const first = readSecrets(folder);
    await changeKeys('rotate');
    const second = readSecrets(folder);
    expect(second.worker.publicKey).not.toBe(first.worker.publicKey);
    expect(second.worker.older).toEqual([first.worker.privateKey]);
    expect(second.gateway.older).toEqual([first.gateway.privateKey]);
    // Nothing else is changed by it.
    expect({ ...second, worker: null, gateway: null }).toEqual({
      ...first,
      worker: null,
      gateway: null,
    });
    await changeKeys('rotate');
    expect(readSecrets(folder).worker.older).toEqual([
      second.worker.privateKey,
      first.worker.privateKey,
    ]);
  });

  it('retire asks first, and then forgets the old ones only', async () => {
    readSecrets(folder);
    await changeKeys('rotate');
    const before = readSecrets(folder);
    await expect(changeKeys('retire')).rejects.toThrow(/run it with --yes/);
    expect(readSecrets(folder)).toEqual(before);
    process.argv.push('--yes');
    try {
      await changeKeys('retire');
    } finally {
      process.argv.pop();
    }
    expect(readSecrets(folder)).toEqual({
      ...before,
      worker: { ...before.worker, older: [] },
      gateway: { ...before.gateway, older: [] },
    });
  });

  it('leaves keys alone that stand in the settings, and says what to do', async () => {
    readSecrets(folder);
    vi.stubEnv('SEAL_WORKER_PRIVATE_KEY', 'A'.repeat(43));
    for (const what of ['rotate', 'retire']) {
      await expect(changeKeys(what)).rejects.toThrow(/SEAL_WORKER_OLDER_KEYS/);
    }
    await expect(changeKeys('burn')).rejects.toThrow(/There is no burn/);
  });
});

describe('the doctor', () => {
  const [worker, gateway] = [generateKeyPair(), generateKeyPair()];
  const whole = {
    SEAL_WORKER_PRIVATE_KEY: worker.privateKey,
    SEAL_WORKER_PUBLIC_KEY: worker.publicKey,
    SEAL_GATEWAY_PRIVATE_KEY: gateway.privateKey,
    SEAL_GATEWAY_PUBLIC_KEY: gateway.publicKey,
  };

  it.each<[string, Record<string, string | undefined>, RegExp | null]>([
    ['nothing is set', {}, null],
    ['the pairs fit', whole, null],
    [
      'the halves are of two pairs',
      { ...whole, SEAL_WORKER_PUBLIC_KEY: gateway.publicKey },
      /not the public half/,
    ],
    ['a half is missing', { ...whole, SEAL_GATEWAY_PUBLIC_KEY: undefined }, /set together/],
    ['a key is none', { ...whole, SEAL_WORKER_PRIVATE_KEY: 'x' }, /X25519/],
    [
      'a key is wrapped by nobody knows what',
      { ...whole, SEAL_WORKER_PRIVATE_KEY: 'wrapped:AAAA' },
      /SEAL_KEK_FILE/,
    ],
  ])('says what is so when %s', async (_name, env, words) => {
    const faults = await findKeyFaults(env);
    expect(faults.join(' ')).toMatch(words ?? /^$/);
    expect(faults.join(' ')).not.toContain(worker.privateKey);
  });
});
