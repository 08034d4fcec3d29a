import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { type Api, createApi, type Guards, type Route } from '#lib/api/index';
import { newId } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import type { WebEnv } from '#lib/env/index';
import { createWebHub, type WebHub } from '#lib/hub/web';
import type { Role } from '#lib/identity/schema';
import type { Logger } from '#lib/observability/index';
import { generateKeyPair } from '#lib/security/index';
import { freshDatabase } from '../../setup/database.ts';

export const origin = 'http://localhost:3000';
export const gatewayToken = 'gateway-token-for-tests';

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

export interface Person {
  userId: string;
  email: string;
  sessionId: string;
  cookie: string;
}

export interface WebFixture {
  db: Db;
  /** As the superuser: for what no process of ours may do. */
  admin: postgres.Sql;
  hub: WebHub;
  env: WebEnv;
  /** Errors that reached the log. */
  logged: string[];
  api(options?: { guards?: Partial<Guards>; routes?: readonly Route[] }): Api;
  person(name: string): Promise<Person>;
  session(userId: string, options?: { expired?: boolean }): Promise<{ id: string; cookie: string }>;
  workspace(name: string, members: [Person, Role][]): Promise<string>;
  close(): Promise<void>;
}

export function testEnv(databaseUrl: string, overrides: Partial<WebEnv> = {}): WebEnv {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: 3000,
    DATABASE_URL_WEB: databaseUrl,
    NEXTAUTH_SECRET: 'a secret of at least thirty-two characters',
    SEAL_WORKER_PUBLIC_KEY: generateKeyPair().publicKey,
    SEAL_GATEWAY_PUBLIC_KEY: generateKeyPair().publicKey,
    SUPABASE_JWT_SECRET: 'another secret of at least thirty-two characters',
    SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_test',
    SIGNUP_DOMAINS: [],
    AUTH_OIDC_NAME: 'Single sign-on',
    GATEWAY_TOKEN: gatewayToken,
    ...overrides,
  };
}

/** The web process without a server: a database of its own, the hub, the API in process. */
export async function startWeb(overrides: Partial<WebEnv> = {}): Promise<WebFixture> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const db = connect({ url: database.webUrl, name: 'test web', max: 6 });
  const env = testEnv(database.webUrl, overrides);
  const logged: string[] = [];
  const log: Logger = {
    ...silent,
    error: (message, fields) => {
      const { err } = fields ?? {};
      logged.push(`${message} ${err instanceof Error ? err.message : ''}`);
    },
    child: () => log,
  };
  const hub = createWebHub({ env, db, log });

  const session: WebFixture['session'] = async (userId, options = {}) => {
    const id = newId();
    const token = randomBytes(32).toString('base64url');
    await db`
      insert into private.sessions (id, token_hash, user_id, created_at, expires_at)
      values (${id}, sha256(${token}::text::bytea), ${userId}, now() - interval '2 hours',
        now() + ${options.expired ? '-1 minute' : '1 hour'}::interval)`;
    return { id, cookie: `patchbay.session=${token}` };
  };

  return {
    db,
    admin,
    hub,
    env,
    logged,
    api: (options) => createApi(hub, options),
    session,
    async person(name) {
      const userId = newId();
      const email = `${name}-${userId.slice(-6)}@example.test`;
      await db`
        insert into public.users (id, email, email_verified_at, name)
        values (${userId}, ${email}, now(), ${name})`;
      const { id, cookie } = await session(userId);
      return { userId, email, sessionId: id, cookie };
    },
    async workspace(name, members) {
      const id = newId();
      const slug = `${name}-${id.slice(-6)}`;
      await db`insert into public.workspaces (id, name, slug) values (${id}, ${name}, ${slug})`;
      for (const [person, role] of members) {
        await db`
          insert into public.members (workspace_id, user_id, role)
          values (${id}, ${person.userId}, ${role})`;
      }
      return id;
    },
    async close() {
      await db.end({ timeout: 5 });
      await admin.end({ timeout: 5 });
      await database.drop();
    },
  };
}

export interface Ask {
  method?: string;
  cookie?: string | undefined;
  query?: Record<string, string>;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
}

/** A request as this hub's own page would send it. */
export function request(path: string, ask: Ask = {}): Request {
  const method = ask.method ?? 'GET';
  const query = new URLSearchParams(ask.query ?? {});
  const headers = new Headers({ host: 'localhost:3000', ...ask.headers });
  if (ask.cookie) headers.set('cookie', ask.cookie);
  if (method !== 'GET' && !headers.has('origin')) headers.set('origin', origin);
  if (ask.json !== undefined) headers.set('content-type', 'application/json');
  const body = ask.json === undefined ? (ask.body ?? null) : JSON.stringify(ask.json);
  const search = query.size > 0 ? `?${query}` : '';
  return new Request(`${origin}/api/v1${path}${search}`, { method, headers, body });
}

export interface Answer {
  status: number;
  headers: Headers;
  /** {} for an empty body. */
  json: Record<string, unknown>;
}

/** Asks an API in process and reads the answer whole. */
export async function ask(api: Api, path: string, options: Ask = {}): Promise<Answer> {
  const answer = await api.fetch(request(path, options));
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

/** The rows of a list. */
export const rows = (answer: Answer): Record<string, unknown>[] =>
  answer.json['data'] as Record<string, unknown>[];
