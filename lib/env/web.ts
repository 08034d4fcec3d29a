import { z } from 'zod';
import {
  commonEnv,
  databaseUrl,
  limitsEnv,
  olderKeys,
  rawKey,
  refuseHalfCache,
  refuseHalfLimits,
  refuseSandboxInPublic,
  workerSecret,
} from './every-process.ts';
import { refuseMailboxInPublic, webMailEnv } from './mail.ts';
import { readEnv } from './read-env.ts';

const schema = commonEnv
  .extend({
    ...limitsEnv,
    ...webMailEnv,
    DATABASE_URL_WEB: databaseUrl,
    /** Signs next-auth's own cookies (state, PKCE); sessions themselves are rows. */
    NEXTAUTH_SECRET: z.string().min(32, 'must have at least 32 characters'),
    /** Public half of the worker's key: the web process seals credentials and cannot open them. */
    SEAL_WORKER_PUBLIC_KEY: rawKey,
    /**
     * Public half of the gateway's key: signing secrets that people paste are sealed to it. Without it
     * webhooks cannot be set up by hand.
     */
    SEAL_GATEWAY_PUBLIC_KEY: rawKey.optional(),
    /** HS256 secret of Supabase, for the short-lived row-security tokens. */
    SUPABASE_JWT_SECRET: z.string().min(32, 'must have at least 32 characters'),
    /** Where browsers reach Supabase. Unset: the hub's own origin (embedded). */
    SUPABASE_PUBLIC_URL: z.url().optional(),
    SUPABASE_PUBLISHABLE_KEY: z.string().min(10, 'must be the publishable key of Supabase'),
    /** E-mail domains whose people may sign up without an invitation, comma-separated. */
    SIGNUP_DOMAINS: z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((domain) => domain.trim().toLowerCase())
          .filter(Boolean),
      ),
    AUTH_GITHUB_ID: z.string().optional(),
    AUTH_GITHUB_SECRET: z.string().optional(),
    AUTH_OIDC_ISSUER: z.url().optional(),
    AUTH_OIDC_ID: z.string().optional(),
    AUTH_OIDC_SECRET: z.string().optional(),
    AUTH_OIDC_NAME: z.string().max(40).default('Single sign-on'),
    /** The sandbox's preset apps: sign-in and connecting are two apps, as they would be in life. */
    SANDBOX_SIGN_IN_CLIENT_ID: z.string().optional(),
    SANDBOX_SIGN_IN_CLIENT_SECRET: z.string().optional(),
    SANDBOX_GITHUB_CLIENT_ID: z.string().optional(),
    SANDBOX_GITHUB_CLIENT_SECRET: z.string().optional(),
    SANDBOX_LINEAR_CLIENT_ID: z.string().optional(),
    SANDBOX_LINEAR_CLIENT_SECRET: z.string().optional(),
    SANDBOX_SLACK_CLIENT_ID: z.string().optional(),
    SANDBOX_SLACK_CLIENT_SECRET: z.string().optional(),
    SANDBOX_CONTROL_TOKEN: z.string().optional(),
    /** The one port people and services reach. `PORT` is no help: Next puts its own there. */
    GATEWAY_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    /** The gateway's shared secret on forwarded requests; without it forwarded headers are ignored. */
    GATEWAY_TOKEN: z.string().min(20).optional(),
    /**
     * The worker's listener: calls passed on to services then stream. On this machine, or over TLS,
     * because what passes there is the services' data. Unset: they go by the queue.
     */
    WORKER_URL: z
      .url()
      .regex(
        /^(https:\/\/[^/?#]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?)\/?$/,
        'must be https://, or http:// on this machine, without a path',
      )
      .optional(),
    WORKER_SECRET: workerSecret.optional(),
    /** Only for a deployment without a gateway: lets the Next route check webhook signatures. */
    SEAL_GATEWAY_PRIVATE_KEY: rawKey.optional(),
    SEAL_GATEWAY_OLDER_KEYS: olderKeys.optional(),
  })
  .superRefine((env, context) => {
    if ((env.WORKER_URL === undefined) === (env.WORKER_SECRET === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: ['WORKER_URL'],
      message: 'and WORKER_SECRET are set together or not at all',
    });
  })
  .superRefine(refuseMailboxInPublic)
  .superRefine(refuseSandboxInPublic)
  .superRefine(refuseHalfCache)
  .superRefine(refuseHalfLimits);
export type WebEnv = z.infer<typeof schema>;

export const webEnv = (): WebEnv => readEnv('web process', schema);
