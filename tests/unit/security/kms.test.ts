import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeys } from '#lib/hub/open-keys';
import { generateKeyPair } from '#lib/security/index';
import { fileKms, isWrapped, unwrapKey, wrapKey } from '#lib/security/kms';

let folder: string;
const name = 'SEAL_WORKER_PRIVATE_KEY';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-kek-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function kekFile(text = randomBytes(32).toString('base64url'), mode = 0o600): string {
  const file = join(folder, randomBytes(6).toString('hex'));
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe('a private key wrapped by a KEK in a file', () => {
  it('comes out as it went in, for the setting it was wrapped for', async () => {
    const kms = fileKms(kekFile());
    const { privateKey } = generateKeyPair();
    const wrapped = await wrapKey(kms, name, privateKey);
    expect(isWrapped(wrapped)).toBe(true);
    expect(wrapped).not.toContain(privateKey);
    expect(await unwrapKey(kms, name, wrapped)).toBe(privateKey);
    // What is in the clear stays as it is, with a KMS or without.
    expect(await unwrapKey(null, name, privateKey)).toBe(privateKey);
  });

  it('does not come out for another setting, with another KEK, cut, or without one', async () => {
    const kms = fileKms(kekFile());
    const wrapped = await wrapKey(kms, name, generateKeyPair().privateKey);
    const refused = { code: 'env.invalid' };
    await expect(unwrapKey(kms, 'SEAL_GATEWAY_PRIVATE_KEY', wrapped)).rejects.toMatchObject(
      refused,
    );
    await expect(unwrapKey(fileKms(kekFile()), name, wrapped)).rejects.toMatchObject(refused);
    await expect(unwrapKey(null, name, wrapped)).rejects.toMatchObject(refused);
    for (let cut = 1; cut < wrapped.length - 'wrapped:'.length; cut += 1) {
      await expect(unwrapKey(kms, name, wrapped.slice(0, -cut))).rejects.toMatchObject(refused);
    }
  });

  it.each<[string, () => string, RegExp]>([
    ['is not there', () => join(folder, 'nothing'), /cannot be read/],
    ['is a folder', () => folder, /cannot be read/],
    ['is empty', () => kekFile(''), /32 bytes/],
    ['is too short', () => kekFile('abc'), /32 bytes/],
    ['holds hex', () => kekFile(randomBytes(32).toString('hex')), /32 bytes/],
    ['may be read by the group', () => kekFile(undefined, 0o640), /chmod 600/],
    ['may be read by everybody', () => kekFile(undefined, 0o644), /chmod 600/],
  ])('is not used when the file %s', (_name, file, words) => {
    expect(() => fileKms(file())).toThrow(words);
  });

  it('is what a process opens with, older ones behind it', async () => {
    const path = kekFile();
    const kms = fileKms(path);
    const [present, older] = [generateKeyPair().privateKey, generateKeyPair().privateKey];
    const keys = await openKeys(
      { SEAL_KEK_FILE: path },
      {
        name,
        present: await wrapKey(kms, name, present),
        older: [await wrapKey(kms, name, older), older],
      },
    );
    expect(keys).toEqual([present, older, older]);
  });
});
