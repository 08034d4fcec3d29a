import { afterEach, describe, expect, it, vi } from 'vitest';
import { gatewayEnv, webEnv, workerEnv } from '#lib/env/index';

const key = 'A'.repeat(43);
const whole: Record<string, string> = {
  DATABASE_URL_WEB: 'postgres://web@127.0.0.1/hub',
  DATABASE_URL_WORKER: 'postgres://worker@127.0.0.1/hub',
  SEAL_GATEWAY_PRIVATE_KEY: key,
  SEAL_GATEWAY_PUBLIC_KEY: key,
  SEAL_WORKER_PRIVATE_KEY: key,
  SEAL_WORKER_PUBLIC_KEY: key,
  GATEWAY_TOKEN: 'x'.repeat(32),
  NEXTAUTH_SECRET: 'x'.repeat(32),
  SUPABASE_JWT_SECRET: 'x'.repeat(32),
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
  WEB_URL: 'http://127.0.0.1:3001',
};
const set = (more: Record<string, string>) => {
  for (const [name, value] of Object.entries({
    PUBLIC_URL: '',
    SANDBOX_URL: '',
    ...whole,
    ...more,
  }))
    vi.stubEnv(name, value);
};
afterEach(() => vi.unstubAllEnvs());

const processes = [
  ['worker', workerEnv, 'SEAL_WORKER_PRIVATE_KEY'],
  ['gateway', gatewayEnv, 'SEAL_GATEWAY_PRIVATE_KEY'],
  ['web process', webEnv, 'SEAL_WORKER_PUBLIC_KEY'],
] as const;
const wrong: [string, string][] = [
  ['is missing', ''],
  ['is blank', '   '],
  ['is a letter short', 'A'.repeat(42)],
  ['is a letter long', 'A'.repeat(44)],
  ['has padding', `${'A'.repeat(43)}=`],
  ['is hex', 'ab'.repeat(32)],
  ['is base64 and not base64url', `${'A'.repeat(42)}+`],
  ['is a PEM', '-----BEGIN PRIVATE KEY-----'],
  ['has a line end', `${'A'.repeat(43)}\n`],
  ['stands in quotes', `"${'A'.repeat(43)}"`],
  ['is a word', 'changeme'],
  ['is a mark without a wrapped key', 'wrapped:'],
];

describe('a process does not start without its key', () => {
  for (const [name, read, setting] of processes) {
    it.each(wrong)(`${name}: when it %s`, (_why, value) => {
      set({ [setting]: value });
      expect(read).toThrow(new RegExp(`${setting}: `));
      // The sentence names the setting and never says its value.
      const shown = value.trim() || 'nothing';
      expect(read).not.toThrow(shown);
    });
  }

  it('nor with an older key that is none, nor with a crowd of them', () => {
    for (const text of ['x', `${key},x`, Array.from({ length: 21 }, () => key).join(',')]) {
      set({ SEAL_WORKER_OLDER_KEYS: text, SEAL_GATEWAY_OLDER_KEYS: text });
      expect(workerEnv).toThrow(/SEAL_WORKER_OLDER_KEYS/);
      expect(gatewayEnv).toThrow(/SEAL_GATEWAY_OLDER_KEYS/);
    }
  });

  it('but does with older keys behind it, and with wrapped ones', () => {
    const wrapped = `wrapped:${'B'.repeat(80)}`;
    set({ SEAL_WORKER_PRIVATE_KEY: wrapped, SEAL_WORKER_OLDER_KEYS: ` ${key} ,${wrapped},` });
    expect(workerEnv()).toMatchObject({
      SEAL_WORKER_PRIVATE_KEY: wrapped,
      SEAL_WORKER_OLDER_KEYS: [key, wrapped],
    });
    set({ SEAL_WORKER_OLDER_KEYS: '' });
    expect(workerEnv().SEAL_WORKER_OLDER_KEYS).toEqual([]);
  });
});
