import { z } from 'zod';

export const databaseUrl = z
  .string('is missing; set it to a postgres:// URL')
  .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL');

/** A 32-byte key, base64url without padding. */
export const rawKey = z
  .string('is missing; `npm start` makes one, production sets it (README, Production)')
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url');

/** A private key: 32 bytes in base64url, or those wrapped by the key in SEAL_KEK_FILE. */
export const privateKey = z
  .string('is missing; `npm start` makes one, production sets it (README, Production)')
  .regex(
    /^([A-Za-z0-9_-]{43}|wrapped:[A-Za-z0-9_-]{60,400})$/,
    'must be 32 bytes in base64url, or a wrapped key',
  );

/** Keys that values may still be sealed to, comma-separated; they open and seal nothing new. */
export const olderKeys = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  )
  .pipe(z.array(privateKey).max(20, 'has more than 20 keys'));

/** The shared level of the cache, where it is not PostgreSQL. Both or neither. */
export const cacheEnv = {
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https$/ }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(10).optional(),
} as const;

export function refuseHalfCache(
  env: {
    UPSTASH_REDIS_REST_URL?: string | undefined;
    UPSTASH_REDIS_REST_TOKEN?: string | undefined;
  },
  context: z.RefinementCtx,
): void {
  if ((env.UPSTASH_REDIS_REST_URL === undefined) === (env.UPSTASH_REDIS_REST_TOKEN === undefined)) {
    return;
  }
  context.addIssue({
    code: 'custom',
    path: ['UPSTASH_REDIS_REST_URL'],
    message: 'and UPSTASH_REDIS_REST_TOKEN are set together or not at all',
  });
}

/** Where requests that come in are counted, for the processes that take them in. */
export const limitsEnv = {
  ...cacheEnv,
  /** Unset: in Redis or Upstash when one of them is named, otherwise in PostgreSQL. */
  RATE_LIMITS: z
    .enum(['memory', 'postgres', 'redis', 'upstash'], 'must be memory, postgres, redis or upstash')
    .optional(),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' })
    .optional(),
} as const;
export type LimitsEnv = z.infer<z.ZodObject<typeof limitsEnv>>;

export function refuseHalfLimits(env: LimitsEnv, context: z.RefinementCtx): void {
  const needs = { redis: 'REDIS_URL', upstash: 'UPSTASH_REDIS_REST_URL' } as const;
  const kind = env.RATE_LIMITS;
  if (kind !== 'redis' && kind !== 'upstash') return;
  if (env[needs[kind]] !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['RATE_LIMITS'],
    message: `is ${kind}, so ${needs[kind]} must be set as well`,
  });
}

/** Shared by web and worker for the worker's listener: signs what web asks there. */
export const workerSecret = z.string().min(32, 'must have at least 32 characters');

/** What every process of the hub reads. */
export const commonEnv = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** The address people and providers reach, without a trailing slash. Unset: loopback only, polling. */
  PUBLIC_URL: z
    .url('must be an https:// address')
    .regex(/^https:\/\/[^/?#]+$/, 'must be an https:// origin without a path')
    .optional(),
  /** The gateway's port. Loopback origins on any port are served while PUBLIC_URL is unset. */
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  /** Sandbox services are on; refused together with PUBLIC_URL. */
  SANDBOX_URL: z.url().optional(),
  SENTRY_DSN: z.url().optional(),
});
export type CommonEnv = z.infer<typeof commonEnv>;

/**
 * The sandbox lets anybody sign in as anybody and calls loopback addresses. Whoever starts a process
 * by hand must not get past what `npm start` refuses.
 */
export function refuseSandboxInPublic(
  env: Pick<CommonEnv, 'PUBLIC_URL' | 'SANDBOX_URL'>,
  context: z.RefinementCtx,
): void {
  if (env.PUBLIC_URL === undefined || env.SANDBOX_URL === undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['SANDBOX_URL'],
    message: 'cannot be set together with PUBLIC_URL: the sandbox lets anybody sign in as anybody',
  });
}
