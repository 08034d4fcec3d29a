import { afterEach, describe, expect, it, vi } from 'vitest';
import { gatewayEnv, webEnv, workerEnv } from '#lib/env/index';

const key = 'A'.repeat(43);
const whole: Record<string, string> = {
  NODE_ENV: 'production',
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
  const none = { PUBLIC_URL: '', SANDBOX_URL: '', GATEWAY_HOST: '' };
  for (const [name, value] of Object.entries({ ...none, ...whole, ...more }))
    vi.stubEnv(name, value);
};
afterEach(() => vi.unstubAllEnvs());

const sandbox = { SANDBOX_URL: 'http://127.0.0.1:4000' };
const inPublic = { PUBLIC_URL: 'https://hub.example' };

describe('a process does not start', () => {
  it.each([
    ['gateway', gatewayEnv],
    ['web process', webEnv],
    ['worker', workerEnv],
  ])('%s: with the sandbox in public', (_, read) => {
    set(sandbox);
    expect(read()).toMatchObject(sandbox);
    set(inPublic);
    expect(read()).toMatchObject(inPublic);
    set({ ...sandbox, ...inPublic });
    expect(read).toThrow(/SANDBOX_URL: cannot be set together with PUBLIC_URL/);
  });

  it.each([
    [{ SMTP_URL: 'smtps://mail.example.com' }, /MAIL_FROM: is missing/],
    [{ RESEND_API_KEY: 're_12345678' }, /MAIL_FROM: is missing/],
    [
      {
        SMTP_URL: 'smtps://mail.example.com',
        RESEND_API_KEY: 're_12345678',
        MAIL_FROM: 'a@b.test',
      },
      /SMTP_URL: and RESEND_API_KEY are two ways/,
    ],
    [{ SMTP_URL: 'https://mail.example.com', MAIL_FROM: 'a@b.test' }, /SMTP_URL: must be an smtps/],
    [{ MAIL_FROM: 'Hub <a@b.test>\r\nBcc: c@d.test' }, /MAIL_FROM: must be an address/],
    [{ RESEND_API_KEY: 're_1234\r\n5678', MAIL_FROM: 'a@b.test' }, /RESEND_API_KEY: must be a key/],
  ])('worker: with half of what mail needs (%#)', (more, sentence) => {
    set(more as Record<string, string>);
    expect(workerEnv).toThrow(sentence);
  });

  it('web process and worker: with the sandbox’s mailbox in public', () => {
    set({ MAIL_TRANSPORT: 'sandbox', SANDBOX_SMTP_URL: 'smtp://127.0.0.1:2525' });
    expect(webEnv().MAIL_TRANSPORT).toBe('sandbox');
    expect(workerEnv().SANDBOX_SMTP_URL).toBe('smtp://127.0.0.1:2525');
    set({ MAIL_TRANSPORT: 'sandbox', SANDBOX_SMTP_URL: 'smtp://127.0.0.1:2525', ...inPublic });
    expect(webEnv).toThrow(/MAIL_TRANSPORT: cannot lead to the sandbox’s mailbox/);
    expect(workerEnv).toThrow(/SANDBOX_SMTP_URL: cannot lead to the sandbox’s mailbox/);
  });

  it('worker: but does with a whole way to send mail, or none', () => {
    const mail = { SMTP_URL: 'smtps://u:p@mail.example.com', MAIL_FROM: 'Hub <a@b.test>' };
    set(mail);
    expect(workerEnv()).toMatchObject(mail);
    set({ SMTP_URL: '', MAIL_FROM: '' });
    expect(workerEnv().SMTP_URL).toBeUndefined();
  });

  it('web process: with half of what the worker’s listener needs, or where anybody listens in', () => {
    const secret = { WORKER_SECRET: 'x'.repeat(32) };
    const none = { WORKER_URL: '', WORKER_SECRET: '' };
    for (const url of ['http://127.0.0.1:4001', 'http://[::1]:4001', 'https://worker.example']) {
      set({ WORKER_URL: url, ...secret });
      expect(webEnv().WORKER_URL).toBe(url);
      set({ ...none, WORKER_URL: url });
      expect(webEnv).toThrow(/WORKER_URL: and WORKER_SECRET are set together/);
    }
    for (const url of ['http://10.0.0.5:4001', 'http://127.0.0.1.evil.test', 'https://h/path']) {
      set({ WORKER_URL: url, ...secret });
      expect(webEnv).toThrow(/WORKER_URL: must be https/);
    }
    set({ WORKER_URL: 'https://worker.example', WORKER_SECRET: 'short' });
    expect(webEnv).toThrow(/WORKER_SECRET: must have at least 32/);
  });

  it('worker: with a listener that anybody could use', () => {
    set({ WORKER_URL: '', WORKER_PORT: '4001', WORKER_SECRET: '' });
    expect(workerEnv).toThrow(/WORKER_SECRET: is missing/);
    set({ WORKER_PORT: '4001', WORKER_SECRET: 'x'.repeat(32) });
    expect(workerEnv()).toMatchObject({ WORKER_PORT: 4001, WORKER_HOST: '127.0.0.1' });
  });

  it.each([
    ['web process', webEnv],
    ['worker', workerEnv],
  ])('%s: with half of a cache', (_, read) => {
    const url = { UPSTASH_REDIS_REST_URL: 'https://redis.example' };
    const token = { UPSTASH_REDIS_REST_TOKEN: 'x'.repeat(20) };
    set({ WORKER_PORT: '', WORKER_SECRET: '', UPSTASH_REDIS_REST_TOKEN: '', ...url });
    expect(read).toThrow(/UPSTASH_REDIS_REST_URL: and UPSTASH_REDIS_REST_TOKEN/);
    set({ UPSTASH_REDIS_REST_URL: '', ...token });
    expect(read).toThrow(/UPSTASH_REDIS_REST_URL: and UPSTASH_REDIS_REST_TOKEN/);
    set({ ...url, ...token });
    expect(read()).toMatchObject({ ...url, ...token });
  });

  it('gateway: where others reach it, without a name of its own', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'hub.internal']) {
      set({ GATEWAY_HOST: host });
      expect(gatewayEnv).toThrow(/GATEWAY_HOST: can be reached from elsewhere/);
      set({ GATEWAY_HOST: host, ...inPublic });
      expect(gatewayEnv().GATEWAY_HOST).toBe(host);
    }
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      set({ GATEWAY_HOST: host });
      expect(gatewayEnv().GATEWAY_HOST).toBe(host);
    }
  });
});
