import { z } from 'zod';
import { commonEnv } from './every-process.ts';
import { readEnv } from './read-env.ts';

const schema = commonEnv.extend({ SUPABASE_PUBLIC_URL: z.url().optional() });

/** What the content policy of a page depends on: origins, or '' for none. */
export function pageEnv(): { isDevelopment: boolean; supabase: string; sentry: string } {
  const env = readEnv('web process', schema);
  return {
    isDevelopment: env.NODE_ENV === 'development',
    supabase: env.SUPABASE_PUBLIC_URL ? new URL(env.SUPABASE_PUBLIC_URL).origin : '',
    sentry: env.SENTRY_DSN ? new URL(env.SENTRY_DSN).origin : '',
  };
}

/** Where errors are reported, or null; also in the browser, where a page's meta element tells it. */
export function sentryEnv(): { dsn: string; environment: string } | null {
  const env = readEnv('web process', commonEnv);
  return env.SENTRY_DSN ? { dsn: env.SENTRY_DSN, environment: env.NODE_ENV } : null;
}

/** Next compiles some files for its Edge runtime as well, where Node's parts do not exist. */
export const isNodeRuntime = (): boolean => process.env['NEXT_RUNTIME'] === 'nodejs';
