import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { z } from 'zod';
import { refuseHalfMail, workerMailEnv } from '#lib/env/index';

export const root = join(import.meta.dirname, '../..');

const url = z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL');

const schema = z
  .object({
    PORT: z.coerce
      .number('must be a port number')
      .int('must be a port number')
      .min(1, 'must be a port number')
      .max(65_535, 'must be a port number')
      .default(3000),
    PUBLIC_URL: z
      .string()
      .regex(
        /^https:\/\/[^/?#]+$/,
        'must be an https:// origin without a path, like https://hub.example.com',
      )
      .optional(),
    SANDBOX: z.enum(['0', '1'], 'must be 0 or 1').optional(),
    LOG_FORMAT: z.enum(['text', 'json'], 'must be text or json').default('text'),
    LOG_LEVEL: z.string().default('info'),
    PATCHBAY_STATE_DIR: z.string().optional(),
    DATABASE_URL_MIGRATE: url.optional(),
    DATABASE_URL_WEB: url.optional(),
    DATABASE_URL_WORKER: url.optional(),
    SUPABASE_PUBLIC_URL: z.url('must be an address').optional(),
    SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
    SUPABASE_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
    ...workerMailEnv,
  })
  .superRefine(refuseHalfMail)
  .superRefine((settings, context) => {
    const own = [
      'DATABASE_URL_WEB',
      'DATABASE_URL_WORKER',
      'SUPABASE_PUBLIC_URL',
      'SUPABASE_PUBLISHABLE_KEY',
      'SUPABASE_JWT_SECRET',
    ] as const;
    const missing = own.filter((name) => settings[name] === undefined);
    const isExternal =
      settings.DATABASE_URL_WEB !== undefined || settings.DATABASE_URL_WORKER !== undefined;
    if (isExternal && missing.length > 0) {
      context.addIssue({
        code: 'custom',
        path: missing,
        message: 'is missing too: a database of your own needs all of them',
      });
    }
    if (settings.PUBLIC_URL && settings.SANDBOX === '1') {
      context.addIssue({
        code: 'custom',
        path: ['SANDBOX'],
        message:
          'cannot be 1 together with PUBLIC_URL: the sandbox lets anybody sign in as anybody',
      });
    }
  });

export interface Settings {
  port: number;
  publicUrl: string | undefined;
  hasSandbox: boolean;
  /** The database and Supabase are somebody else's, not embedded. */
  isExternal: boolean;
  migrateUrl: string | undefined;
  logFormat: 'text' | 'json';
  stateDir: string;
  /** Everything of the environment, with `.env` read in. */
  env: Record<string, string | undefined>;
}

/** The settings, or one sentence for each that is wrong. Real variables win over `.env`. */
export function readSettings(): Settings {
  if (existsSync(join(root, '.env'))) loadEnvFile(join(root, '.env'));
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(
      (issue) => `${issue.path.join(', ')} ${issue.message}`,
    );
    throw new Error(`A setting is wrong: ${sentences.join('; ')}.`);
  }
  const { data } = parsed;
  const stateDir = data.PATCHBAY_STATE_DIR ?? join(root, '.patchbay');
  // Others may pass through (PostgreSQL runs as another user when we are root) and see nothing.
  mkdirSync(stateDir, { recursive: true, mode: 0o711 });
  return {
    port: data.PORT,
    publicUrl: data.PUBLIC_URL,
    hasSandbox:
      data.SANDBOX === '1' || (data.SANDBOX === undefined && data.PUBLIC_URL === undefined),
    isExternal: data.DATABASE_URL_WEB !== undefined,
    migrateUrl: data.DATABASE_URL_MIGRATE,
    logFormat: data.LOG_FORMAT,
    stateDir,
    env: given,
  };
}
