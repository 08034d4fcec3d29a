import { describe, expect, it } from 'vitest';
import * as processes from '../../../scripts/start/processes.ts';
import { makeSecrets } from '../../../scripts/start/secrets.ts';

const secrets = makeSecrets();
const database = (login: string): string => `postgres://${login}:password-of-${login}@127.0.0.1/x`;

function plan(over: Partial<processes.Plan['settings']> = {}): processes.Plan {
  return {
    secrets,
    isDev: false,
    ports: { web: 1, supabase: 2, sandbox: 3, workerHealth: 4, sandboxMail: 5, worker: 6 },
    settings: {
      port: 3_000,
      publicUrl: undefined,
      hasSandbox: true,
      isExternal: false,
      migrateUrl: undefined,
      logFormat: 'text',
      stateDir: '/state',
      env: {
        PATH: '/bin',
        AWS_SECRET_ACCESS_KEY: 'not for us',
        AUTH_OIDC_SECRET: 'secret of the sign-in provider',
        LOG_LEVEL: 'debug',
        SMTP_URL: 'smtps://hub:password-of-the-mail-server@mail.example.com',
        MAIL_FROM: 'hub@example.com',
      },
      ...over,
    },
    backing: {
      webUrl: database('web'),
      workerUrl: database('worker'),
      workerSessionUrl: database('worker'),
      supabasePublicUrl: undefined,
      publishableKey: 'sb_publishable_x',
      jwtSecret: 'the jwt secret of this installation',
      local: {
        secretKey: 'sb_secret_x',
        urls: {
          migrateUrl: database('migrate'),
          webUrl: database('web'),
          workerUrl: database('worker'),
          restUrl: database('rest'),
          realtimeUrl: database('realtime'),
        },
      },
    },
  };
}

/** Every secret there is, and who alone may have it in its environment. */
const owners: Record<string, readonly string[]> = {
  [secrets.worker.privateKey]: ['worker'],
  [secrets.gateway.privateKey]: ['gateway'],
  [secrets.nextAuthSecret]: ['web'],
  [secrets.gatewayToken]: ['web', 'gateway'],
  [secrets.workerSecret]: ['web', 'worker'],
  [secrets.sandbox.controlToken]: ['web', 'sandbox'],
  [secrets.sandbox.signIn.clientSecret]: ['web', 'sandbox'],
  [secrets.sandbox.connecting.clientSecret]: ['web', 'sandbox'],
  'password-of-migrate': [],
  'password-of-web': ['web', 'gateway'],
  'password-of-worker': ['worker'],
  'password-of-rest': ['supabase'],
  'password-of-realtime': ['supabase'],
  'the jwt secret of this installation': ['web', 'supabase'],
  sb_secret_x: ['supabase'],
  'secret of the sign-in provider': ['web'],
  'password-of-the-mail-server': ['worker'],
  'not for us': [],
};

const all = (of: processes.Plan) =>
  [
    processes.web(of),
    processes.gateway(of),
    processes.worker(of),
    processes.supabase(of),
    processes.sandbox(of),
  ].filter((spec) => spec !== null);

describe('the environment of each process', () => {
  it('holds its own secrets and nobody else’s', () => {
    const specs = all(plan());
    for (const [secret, allowed] of Object.entries(owners)) {
      const holders = specs.filter(({ env }) =>
        Object.values(env).some((value) => value.includes(secret)),
      );
      expect({ secret, holders: holders.map(({ name }) => name as string).toSorted() }).toEqual({
        secret,
        holders: [...allowed].toSorted(),
      });
    }
  });

  it('shows no secret on a command line, where every user of the machine can read it', () => {
    for (const { args } of all(plan())) {
      for (const secret of Object.keys(owners)) expect(args.join(' ')).not.toContain(secret);
    }
  });

  it('lets the worker reach the sandbox beside what the operator allowed, and only while it is on', () => {
    const allowed = (over: Partial<processes.Plan['settings']>) =>
      processes.worker(plan(over)).env['OUTGOING_ALLOW'];
    expect(allowed({})).toBe('127.0.0.1:3');
    expect(allowed({ env: { OUTGOING_ALLOW: 'ghe.internal:443' } })).toBe(
      'ghe.internal:443,127.0.0.1:3',
    );
    expect(allowed({ hasSandbox: false })).toBe('');
    expect(processes.sandbox(plan({ hasSandbox: false }))).toBeNull();
  });

  it('sends mail to the sandbox’s mailbox until something else is set up, and tells web which it is', () => {
    const mail = (over: Partial<processes.Plan['settings']>) => ({
      web: processes.web(plan(over)).env['MAIL_TRANSPORT'],
      sandbox: processes.worker(plan(over)).env['SANDBOX_SMTP_URL'],
    });
    expect(mail({ env: {} })).toEqual({ web: 'sandbox', sandbox: 'smtp://127.0.0.1:5' });
    expect(mail({ env: { SMTP_URL: 'smtps://mail.example.com' } })).toEqual({ web: 'smtp' });
    expect(mail({ env: { RESEND_API_KEY: 're_12345678' } })).toEqual({ web: 'resend' });
    expect(mail({ env: {}, hasSandbox: false })).toEqual({});
    expect(processes.sandbox(plan())?.env['SANDBOX_MAIL_PORT']).toBe('5');
  });

  it('keeps Next from reading .env, which may hold the secrets of the others', () => {
    expect(processes.web(plan()).env['__NEXT_PROCESSED_ENV']).toBe('true');
  });
});
