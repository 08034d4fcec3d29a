import { z } from 'zod';
import {
  cacheEnv,
  commonEnv,
  databaseUrl,
  olderKeys,
  privateKey,
  rawKey,
  refuseHalfCache,
  refuseSandboxInPublic,
  workerSecret,
} from './every-process.ts';
import { refuseHalfMail, refuseMailboxInPublic, workerMailEnv } from './mail.ts';
import { readEnv } from './read-env.ts';

const schema = commonEnv
  .extend({
    ...cacheEnv,
    ...workerMailEnv,
    DATABASE_URL_WORKER: databaseUrl,
    /** A session connection for LISTEN. Unset or refused: the worker polls, and says so. */
    DATABASE_URL_WORKER_SESSION: databaseUrl.optional(),
    /** Private half of the worker's key: opens credentials and client secrets. */
    SEAL_WORKER_PRIVATE_KEY: privateKey,
    /** Keys it had before: everything is sealed to the present one again while they still open. */
    SEAL_WORKER_OLDER_KEYS: olderKeys,
    /** File of the key-encryption key, when private keys are given wrapped. */
    SEAL_KEK_FILE: z.string().optional(),
    /** Public half of the gateway's key: webhook secrets are made here and opened there. */
    SEAL_GATEWAY_PUBLIC_KEY: rawKey,
    /** Loopback port of the worker's health page (`GET /health`). Unset: there is none. */
    WORKER_HEALTH_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    /** Port and address of the listener for the web process. Unset: it asks by the queue. */
    WORKER_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    WORKER_HOST: z.string().min(1).default('127.0.0.1'),
    WORKER_SECRET: workerSecret.optional(),
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
    /** Days webhooks are kept as they were received. */
    INBOX_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
    /** Days a delivery is known again when it comes once more; services repeat for days. */
    DEDUPE_DAYS: z.coerce.number().int().min(30).max(3650).default(45),
    /** Days for which changes are kept; whoever reads from further back has to read everything anew. */
    CHANGE_LOG_DAYS: z.coerce.number().int().min(7).max(3650).default(90),
  })
  .superRefine(refuseHalfMail)
  .superRefine(refuseMailboxInPublic)
  .superRefine((env, context) => {
    if (env.WORKER_PORT === undefined || env.WORKER_SECRET !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['WORKER_SECRET'],
      message: 'is missing; without it anybody on the network could use every connection',
    });
  })
  .superRefine(refuseSandboxInPublic)
  .superRefine(refuseHalfCache);
export type WorkerEnv = z.infer<typeof schema>;

export const workerEnv = (): WorkerEnv => readEnv('worker', schema);
