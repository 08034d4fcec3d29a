import { z } from 'zod';
import { commonEnv, databaseUrl, rawKey, refuseSandboxInPublic } from './every-process.ts';
import { readEnv } from './read-env.ts';

const schema = commonEnv
  .extend({
    DATABASE_URL_WORKER: databaseUrl,
    /** A session connection for LISTEN. Unset or refused: the worker polls, and says so. */
    DATABASE_URL_WORKER_SESSION: databaseUrl.optional(),
    /** Private half of the worker's key: opens credentials and client secrets. */
    SEAL_WORKER_PRIVATE_KEY: rawKey,
    /** Public half of the gateway's key: webhook secrets are made here and opened there. */
    SEAL_GATEWAY_PUBLIC_KEY: rawKey,
    /** Loopback port of the worker's health page (`GET /health`). Unset: there is none. */
    WORKER_HEALTH_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    /** host:port pairs that outgoing calls may reach although they are not public. */
    OUTGOING_ALLOW: z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((pair) => pair.trim())
          .filter(Boolean),
      ),
    /** Seconds between two polls of a stream without webhooks. */
    POLL_SECONDS: z.coerce.number().int().min(5).max(3600).default(30),
  })
  .superRefine(refuseSandboxInPublic);
export type WorkerEnv = z.infer<typeof schema>;

export const workerEnv = (): WorkerEnv => readEnv('worker', schema);
