import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { z } from 'zod';

const logins = {
  migrate: 'patchbay_migrate',
  web: 'patchbay_web',
  worker: 'patchbay_worker',
  rest: 'authenticator',
  realtime: 'patchbay_realtime',
} as const;

type Login = keyof typeof logins;
const loginNames = Object.keys(logins) as Login[];

const secretsSchema = z.object({
  passwords: z.object({
    migrate: z.string(),
    web: z.string(),
    worker: z.string(),
    rest: z.string(),
    realtime: z.string(),
  }),
  jwtSecret: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
});

/** Made once per installation: the logins' passwords, and what signs and opens the API. */
export type InstallSecrets = z.infer<typeof secretsSchema>;

const secret = (bytes = 24): string => randomBytes(bytes).toString('base64url');

export function newSecrets(): InstallSecrets {
  return {
    passwords: {
      migrate: secret(),
      web: secret(),
      worker: secret(),
      rest: secret(),
      realtime: secret(),
    },
    jwtSecret: secret(48),
    publishableKey: `sb_publishable_${secret()}`,
    secretKey: `sb_secret_${secret()}`,
  };
}

/** Reads the installation's secrets beside the database, making them on first use. */
export async function installSecrets(options: { home: string }): Promise<InstallSecrets> {
  const file = path.join(options.home, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return secretsSchema.parse(JSON.parse(text));
  const made = newSecrets();
  await writeFile(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  await chmod(file, 0o600);
  return made;
}

/** One URL per login; `restUrl` and `realtimeUrl` are for supabase/local/main.ts alone. */
export interface DatabaseUrls {
  migrateUrl: string;
  webUrl: string;
  workerUrl: string;
  restUrl: string;
  realtimeUrl: string;
}

export function databaseUrls(
  superuserUrl: string,
  passwords: InstallSecrets['passwords'],
): DatabaseUrls {
  const url = (login: Login): string => {
    const target = new URL(superuserUrl);
    target.username = logins[login];
    target.password = passwords[login];
    return target.toString();
  };
  return {
    migrateUrl: url('migrate'),
    webUrl: url('web'),
    workerUrl: url('worker'),
    restUrl: url('rest'),
    realtimeUrl: url('realtime'),
  };
}

const sqlFile = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');

/** Makes a plain PostgreSQL look like a hosted Supabase to the migrations. Safe to repeat. */
export async function bootstrap(
  superuserUrl: string,
  passwords: InstallSecrets['passwords'],
): Promise<DatabaseUrls> {
  await asSuperuser(superuserUrl, async (sql) => {
    await sql.unsafe(await sqlFile('bootstrap.sql')).simple();
    for (const login of loginNames) {
      // A utility statement takes no parameters; base64url needs no escaping, and is checked.
      const password = passwords[login];
      if (!/^[\w-]+$/.test(password)) throw new Error(`The password of ${login} is malformed.`);
      await sql.unsafe(`alter role ${logins[login]} password '${password}'`);
    }
  });
  return databaseUrls(superuserUrl, passwords);
}

/** One transaction under a lock, so that two starters do not run the same script at once. */
async function asSuperuser(
  url: string,
  work: (sql: postgres.TransactionSql) => Promise<void>,
): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(hashtextextended('patchbay.bootstrap', 0))`;
      await work(transaction);
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
