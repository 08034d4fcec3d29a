import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../../scripts/start/settings.ts';

let folder: string;
const names = [
  'PORT',
  'PUBLIC_URL',
  'SANDBOX',
  'LOG_FORMAT',
  'DATABASE_URL_WEB',
  'DATABASE_URL_WORKER',
  'DATABASE_URL_MIGRATE',
  'SUPABASE_PUBLIC_URL',
  'SUPABASE_PUBLISHABLE_KEY',
  'SUPABASE_JWT_SECRET',
  'SMTP_URL',
  'RESEND_API_KEY',
  'MAIL_FROM',
];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'patchbay-settings-'));
  for (const name of names) vi.stubEnv(name, '');
  vi.stubEnv('PATCHBAY_STATE_DIR', path.join(folder, 'state'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function given(values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  return readSettings();
}

describe('the settings of a start', () => {
  it('need nothing at all', () => {
    expect(given({})).toMatchObject({ port: 3_000, hasSandbox: true, isExternal: false });
  });

  it('turn the sandbox off for the public', () => {
    expect(given({ PUBLIC_URL: 'https://hub.example' })).toMatchObject({ hasSandbox: false });
    expect(() => given({ PUBLIC_URL: 'https://hub.example', SANDBOX: '1' })).toThrow(
      /SANDBOX cannot be 1 together with PUBLIC_URL/,
    );
  });

  it.each([
    [{ PORT: '0' }, /PORT must be a port number/],
    [{ PORT: 'abc' }, /PORT must be a port number/],
    [{ PORT: '70000' }, /PORT must be a port number/],
    [{ PUBLIC_URL: 'http://hub.example' }, /PUBLIC_URL must be an https/],
    [{ PUBLIC_URL: 'https://hub.example/path' }, /PUBLIC_URL must be an https/],
    [{ SANDBOX: 'yes' }, /SANDBOX must be 0 or 1/],
    [{ SMTP_URL: 'smtps://mail.example' }, /MAIL_FROM is missing/],
    [{ SMTP_URL: 'mail.example:25' }, /SMTP_URL must be an smtps/],
    [{ DATABASE_URL_WEB: 'mysql://x' }, /DATABASE_URL_WEB must be a postgres/],
    [{ DATABASE_URL_WEB: 'postgres://x' }, /DATABASE_URL_WORKER.*is missing too/],
  ])('%j: one sentence that names the setting', (values, sentence) => {
    expect(() => given(values)).toThrow(sentence);
  });
});
