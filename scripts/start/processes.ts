import { join } from 'node:path';
import type { DatabaseUrls } from '#supabase/local/bootstrap';
import type { ChildSpec } from './child.ts';
import { type Secrets, sandboxApp } from './secrets.ts';
import { root, type Settings } from './settings.ts';

/** Loopback ports behind the one port, free ones of this start. */
export interface Ports {
  web: number;
  supabase: number;
  sandbox: number;
  workerHealth: number;
  /** The worker's listener for web. */
  worker: number;
  sandboxMail: number;
}

/** What the parts need of the database and Supabase, embedded or not. */
export interface Backing {
  webUrl: string;
  workerUrl: string;
  workerSessionUrl: string | undefined;
  supabasePublicUrl: string | undefined;
  publishableKey: string;
  jwtSecret: string;
  /** Only the embedded one. */
  local: { urls: DatabaseUrls; secretKey: string } | null;
}

export interface Plan {
  settings: Settings;
  secrets: Secrets;
  ports: Ports;
  backing: Backing;
  isDev: boolean;
}

const connectingPath = (connector: string) => `/api/oauth/${connector}/callback`;
const signInPath = '/api/auth/callback/sandbox-github';
const loopback = (port: number) => `http://127.0.0.1:${port}`;

/** Variables every process may see; nothing secret is among them. */
const passed = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SystemRoot',
  'LOG_LEVEL',
  'SENTRY_DSN',
  'NODE_EXTRA_CA_CERTS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
];

function common(plan: Plan): Record<string, string> {
  const { settings, ports, isDev } = plan;
  return {
    ...pick(settings.env, passed),
    NODE_ENV: isDev ? 'development' : 'production',
    PORT: String(settings.port),
    NEXT_TELEMETRY_DISABLED: '1',
    ...(settings.publicUrl ? { PUBLIC_URL: settings.publicUrl } : {}),
    ...(settings.hasSandbox ? { SANDBOX_URL: loopback(ports.sandbox) } : {}),
  };
}

function pick(
  env: Record<string, string | undefined>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

const node = (entry: string, heapMb: number, isDev: boolean): string[] => [
  '--conditions=react-server',
  `--max-old-space-size=${heapMb}`,
  '--max-semi-space-size=4',
  ...(isDev ? ['--watch-path=lib', '--watch-preserve-output'] : []),
  join(root, entry),
];

export function supabase(plan: Plan): ChildSpec | null {
  const { local, jwtSecret, publishableKey } = plan.backing;
  if (!local) return null;
  return {
    name: 'supabase',
    readyLine: true,
    args: node('supabase/local/main.ts', 192, false),
    env: {
      ...common(plan),
      SUPABASE_LOCAL_PORT: String(plan.ports.supabase),
      SUPABASE_LOCAL_REST_DATABASE_URL: local.urls.restUrl,
      SUPABASE_LOCAL_REALTIME_DATABASE_URL: local.urls.realtimeUrl,
      SUPABASE_JWT_SECRET: jwtSecret,
      SUPABASE_PUBLISHABLE_KEY: publishableKey,
      SUPABASE_SECRET_KEY: local.secretKey,
    },
  };
}

export function sandbox(plan: Plan): ChildSpec | null {
  if (!plan.settings.hasSandbox) return null;
  const { controlToken, signIn, connecting } = plan.secrets.sandbox;
  return {
    name: 'sandbox',
    readyLine: true,
    args: node('lib/sandbox/main.ts', 256, false),
    env: {
      ...common(plan),
      SANDBOX_PORT: String(plan.ports.sandbox),
      SANDBOX_MAIL_PORT: String(plan.ports.sandboxMail),
      SANDBOX_DATA_DIR: join(plan.settings.stateDir, 'sandbox'),
      SANDBOX_CONTROL_TOKEN: controlToken,
      SANDBOX_PUBLIC_ORIGIN: `http://localhost:${plan.settings.port}`,
      SANDBOX_APPS: JSON.stringify([
        { ...signIn, name: 'Patchbay sign-in', loopbackPaths: [signInPath] },
        { ...connecting, name: 'Patchbay', loopbackPaths: [connectingPath('github')] },
        {
          ...sandboxApp(plan.secrets, 'linear'),
          provider: 'linear',
          name: 'Patchbay',
          loopbackPaths: [connectingPath('linear')],
        },
        {
          ...sandboxApp(plan.secrets, 'slack'),
          provider: 'slack',
          name: 'Patchbay',
          loopbackPaths: [connectingPath('slack')],
        },
      ]),
      ...pick(plan.settings.env, ['SANDBOX_EXPIRING_TOKENS']),
    },
  };
}

/** How mail leaves: what the operator set up, or the sandbox's mailbox; null when neither is there. */
function mailTransport({ env, hasSandbox }: Settings): 'smtp' | 'resend' | 'sandbox' | null {
  if (env['SMTP_URL']) return 'smtp';
  if (env['RESEND_API_KEY']) return 'resend';
  return hasSandbox ? 'sandbox' : null;
}

export function worker(plan: Plan): ChildSpec {
  const { settings, secrets, backing, ports } = plan;
  const allowed = [
    settings.env['OUTGOING_ALLOW'],
    settings.hasSandbox ? `127.0.0.1:${ports.sandbox}` : undefined,
  ];
  return {
    name: 'worker',
    readyLine: true,
    args: node('lib/hub/worker-main.ts', 320, plan.isDev),
    env: {
      ...common(plan),
      DATABASE_URL_WORKER: backing.workerUrl,
      ...(backing.workerSessionUrl
        ? { DATABASE_URL_WORKER_SESSION: backing.workerSessionUrl }
        : {}),
      SEAL_WORKER_PRIVATE_KEY: settings.env['SEAL_WORKER_PRIVATE_KEY'] ?? secrets.worker.privateKey,
      SEAL_WORKER_OLDER_KEYS:
        settings.env['SEAL_WORKER_OLDER_KEYS'] ?? secrets.worker.older.join(','),
      SEAL_GATEWAY_PUBLIC_KEY: settings.env['SEAL_GATEWAY_PUBLIC_KEY'] ?? secrets.gateway.publicKey,
      WORKER_HEALTH_PORT: String(ports.workerHealth),
      WORKER_PORT: String(ports.worker),
      WORKER_SECRET: settings.env['WORKER_SECRET'] ?? secrets.workerSecret,
      OUTGOING_ALLOW: allowed.filter(Boolean).join(','),
      ...(mailTransport(settings) === 'sandbox'
        ? { SANDBOX_SMTP_URL: `smtp://127.0.0.1:${ports.sandboxMail}` }
        : {}),
      ...pick(settings.env, [
        ...cacheNames,
        'CHANGE_LOG_DAYS',
        'POLL_SECONDS',
        'SMTP_URL',
        'RESEND_API_KEY',
        'MAIL_FROM',
        'SEAL_KEK_FILE',
      ]),
    },
  };
}

const cacheNames = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];
const limitNames = ['RATE_LIMITS', 'REDIS_URL'];
const webNames = [
  'MAIL_FROM',
  'SIGNUP_DOMAINS',
  'AUTH_GITHUB_ID',
  'AUTH_GITHUB_SECRET',
  'AUTH_OIDC_ISSUER',
  'AUTH_OIDC_ID',
  'AUTH_OIDC_SECRET',
  'AUTH_OIDC_NAME',
];

const mailFor = (settings: Settings): Record<string, string> => {
  const transport = mailTransport(settings);
  return transport === null ? {} : { MAIL_TRANSPORT: transport };
};

export function web(plan: Plan): ChildSpec {
  const { settings, secrets, backing, ports, isDev } = plan;
  const { signIn, connecting, controlToken } = secrets.sandbox;
  const linear = sandboxApp(secrets, 'linear');
  const slack = sandboxApp(secrets, 'slack');
  return {
    name: 'web',
    isReady: async () => (await fetch(`${loopback(ports.web)}/api/health/live`)).ok,
    args: [
      '--max-semi-space-size=4',
      ...(isDev ? [] : ['--max-old-space-size=320']),
      join(root, 'node_modules/next/dist/bin/next'),
      isDev ? 'dev' : 'start',
      '-p',
      String(ports.web),
      '-H',
      '127.0.0.1',
    ],
    env: {
      ...common(plan),
      // Next would read .env by itself and hand this process what is meant for the others.
      __NEXT_PROCESSED_ENV: 'true',
      DATABASE_URL_WEB: backing.webUrl,
      GATEWAY_PORT: String(settings.port),
      NEXTAUTH_SECRET: settings.env['NEXTAUTH_SECRET'] ?? secrets.nextAuthSecret,
      SEAL_WORKER_PUBLIC_KEY: settings.env['SEAL_WORKER_PUBLIC_KEY'] ?? secrets.worker.publicKey,
      SEAL_GATEWAY_PUBLIC_KEY: settings.env['SEAL_GATEWAY_PUBLIC_KEY'] ?? secrets.gateway.publicKey,
      SUPABASE_JWT_SECRET: backing.jwtSecret,
      SUPABASE_PUBLISHABLE_KEY: backing.publishableKey,
      ...(backing.supabasePublicUrl ? { SUPABASE_PUBLIC_URL: backing.supabasePublicUrl } : {}),
      GATEWAY_TOKEN: settings.env['GATEWAY_TOKEN'] ?? secrets.gatewayToken,
      WORKER_URL: settings.env['WORKER_URL'] ?? loopback(ports.worker),
      WORKER_SECRET: settings.env['WORKER_SECRET'] ?? secrets.workerSecret,
      ...(settings.hasSandbox
        ? {
            SANDBOX_SIGN_IN_CLIENT_ID: signIn.clientId,
            SANDBOX_SIGN_IN_CLIENT_SECRET: signIn.clientSecret,
            SANDBOX_GITHUB_CLIENT_ID: connecting.clientId,
            SANDBOX_GITHUB_CLIENT_SECRET: connecting.clientSecret,
            SANDBOX_LINEAR_CLIENT_ID: linear.clientId,
            SANDBOX_LINEAR_CLIENT_SECRET: linear.clientSecret,
            SANDBOX_SLACK_CLIENT_ID: slack.clientId,
            SANDBOX_SLACK_CLIENT_SECRET: slack.clientSecret,
            SANDBOX_CONTROL_TOKEN: controlToken,
          }
        : {}),
      ...mailFor(settings),
      ...pick(settings.env, [...webNames, ...cacheNames, ...limitNames]),
    },
  };
}

export function gateway(plan: Plan): ChildSpec {
  const { settings, secrets, backing, ports } = plan;
  return {
    name: 'gateway',
    readyLine: true,
    args: node('lib/hub/gateway-main.ts', 192, plan.isDev),
    env: {
      ...common(plan),
      DATABASE_URL_WEB: backing.webUrl,
      SEAL_GATEWAY_PRIVATE_KEY:
        settings.env['SEAL_GATEWAY_PRIVATE_KEY'] ?? secrets.gateway.privateKey,
      SEAL_GATEWAY_OLDER_KEYS:
        settings.env['SEAL_GATEWAY_OLDER_KEYS'] ?? secrets.gateway.older.join(','),
      GATEWAY_TOKEN: settings.env['GATEWAY_TOKEN'] ?? secrets.gatewayToken,
      WEB_URL: loopback(ports.web),
      WORKER_HEALTH_URL: `${loopback(ports.workerHealth)}/health`,
      ...(backing.local ? { SUPABASE_LOCAL_URL: loopback(ports.supabase) } : {}),
      ...pick(settings.env, [
        ...cacheNames,
        ...limitNames,
        'GATEWAY_HOST',
        'SEAL_KEK_FILE',
        'TRUSTED_PROXIES',
      ]),
    },
  };
}
