import { z } from 'zod';
import { connectionSchema } from '#lib/connections/schema';
import { flowSchema, flowSideSchema } from '#lib/flows/schema';
import { changeSchema } from '#lib/records/schema';

export * from './lineage-schema.ts';

/** Everything the Board shows, in one read. */
export const boardSchema = z.object({
  position: z.number().int(),
  records: z.number().int(),
  connections: z.array(
    connectionSchema.extend({
      changes_per_hour: z.number(),
      streams: z.array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          phase: z.string(),
          records: z.number().int(),
          /** The first read under way, if there is one. */
          run: z
            .object({
              done: z.number().int(),
              total: z.number().int().nullable(),
              status: z.string(),
            })
            .nullable(),
        }),
      ),
    }),
  ),
  flows: z.array(
    flowSchema
      .pick({
        id: true,
        name: true,
        status: true,
        joined: true,
        owed: true,
        conflicts: true,
        refused: true,
      })
      .extend({
        changes_per_hour: z.number(),
        sides: z.array(flowSideSchema.pick({ stream_id: true, connection_id: true })),
      }),
  ),
  freshness: z.object({
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    /** Median per five minutes of the last hour, oldest first; null where nothing came. */
    series: z.array(z.number().nullable()),
  }),
  /** What people and services changed; what a first read brings is not counted. */
  changes_per_minute: z.number(),
  /** Webhooks not yet applied, and those given up. */
  inbox: z.object({ waiting: z.number().int(), dead: z.number().int() }),
  /** Fields that changed on both sides and wait for a person. */
  conflicts: z.number().int(),
  attention: z.array(
    z.object({
      id: z.string(),
      level: z.enum(['error', 'warning', 'info']),
      title: z.string(),
      detail: z.string(),
      at: z.iso.datetime(),
      /** Path within the workspace, e.g. `connections/<id>`. */
      href: z.string(),
      action: z.string(),
    }),
  ),
  latest: z.array(
    changeSchema.extend({ title: z.string().nullable(), connector: z.string().nullable() }),
  ),
});
export type Board = z.infer<typeof boardSchema>;

/** GET /api/health/ready and the System page. */
export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  version: z.string(),
  parts: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['ok', 'degraded', 'down', 'starting']),
      detail: z.string().nullable(),
    }),
  ),
});
export type Health = z.infer<typeof healthSchema>;

/** GET /sandbox, while the sandbox is on. `activity` is null where a connector's double has no people. */
export const sandboxStateSchema = z.object({
  url: z.string(),
  activity: z.object({ running: z.boolean(), rate: z.number() }).nullable(),
});
export type SandboxState = z.infer<typeof sandboxStateSchema>;

/** GET /system/cache: reads of one topic. The hit rate is (fresh + stale) of all three. */
export const cacheFigureSchema = z.object({
  topic: z.string(),
  fresh: z.number().int(),
  stale: z.number().int(),
  missed: z.number().int(),
});
export type CacheFigureRow = z.infer<typeof cacheFigureSchema>;
