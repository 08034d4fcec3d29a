import { z } from 'zod';
import {
  commonEnv,
  databaseUrl,
  limitsEnv,
  olderKeys,
  privateKey,
  refuseHalfCache,
  refuseHalfLimits,
  refuseSandboxInPublic,
} from './every-process.ts';
import { isNetworkList } from './network-list.ts';
import { readEnv } from './read-env.ts';

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost']);

const schema = commonEnv
  .extend({
    ...limitsEnv,
    DATABASE_URL_WEB: databaseUrl,
    /** Private half of the gateway's key: opens webhook secrets and nothing else. */
    SEAL_GATEWAY_PRIVATE_KEY: privateKey,
    /** Keys it had before: webhook secrets are sealed to the present one again while they still open. */
    SEAL_GATEWAY_OLDER_KEYS: olderKeys,
    /** File of the key-encryption key, when private keys are given wrapped. */
    SEAL_KEK_FILE: z.string().optional(),
    GATEWAY_HOST: z.string().default('127.0.0.1'),
    GATEWAY_TOKEN: z.string().min(20),
    /**
     * Addresses and networks (`10.0.0.0/8`) of the operator's own proxies, comma-separated: only from
     * them is X-Forwarded-For believed. Unset: this machine and private networks when PUBLIC_URL is
     * set, nobody otherwise.
     */
    TRUSTED_PROXIES: z
      .string()
      .optional()
      .refine(
        (text) => text === undefined || isNetworkList(text),
        'must be addresses or networks like 10.0.0.0/8, comma-separated',
      ),
    /** Where the parts behind the one port listen. */
    WEB_URL: z.url(),
    SUPABASE_LOCAL_URL: z.url().optional(),
    /** The worker's own health page on loopback. Unset: readiness says nothing of the worker. */
    WORKER_HEALTH_URL: z.url().optional(),
  })
  .superRefine(refuseSandboxInPublic)
  .superRefine(refuseHalfCache)
  .superRefine(refuseHalfLimits)
  .superRefine((env, context) => {
    // Without a public name only the name `localhost` is asked for, which anybody can put in a header.
    if (env.PUBLIC_URL !== undefined || loopbackHosts.has(env.GATEWAY_HOST)) return;
    context.addIssue({
      code: 'custom',
      path: ['GATEWAY_HOST'],
      message: 'can be reached from elsewhere, so PUBLIC_URL must be set as well',
    });
  });
export type GatewayEnv = z.infer<typeof schema>;

export const gatewayEnv = (): GatewayEnv => readEnv('gateway', schema);
