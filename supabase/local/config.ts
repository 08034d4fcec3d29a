import { z } from 'zod';

const databaseUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL');

const schema = z.object({
  /** Loopback port; 0 takes a free one and the ready line names it. */
  SUPABASE_LOCAL_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Of `authenticator`. */
  SUPABASE_LOCAL_REST_DATABASE_URL: databaseUrl,
  /** Of `patchbay_realtime`. */
  SUPABASE_LOCAL_REALTIME_DATABASE_URL: databaseUrl,
  SUPABASE_JWT_SECRET: z.string().min(32, 'must have at least 32 characters'),
  SUPABASE_PUBLISHABLE_KEY: z.string().startsWith('sb_publishable_'),
  SUPABASE_SECRET_KEY: z.string().startsWith('sb_secret_'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type LocalConfig = z.infer<typeof schema>;

/** Names what is wrong and never echoes a value. */
export function localConfig(source: Record<string, string | undefined>): LocalConfig {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The local Supabase cannot start. ${sentences.join('; ')}.`);
}
