import { z } from 'zod';
import { kinds } from '#lib/kinds/index';

/** Bounds of one filter, so that deciding is quick whatever was written down. */
const most = { paths: 20, items: 100, chars: 1_000, segments: 4 } as const;

const scalar = z.union([z.string().max(most.chars), z.number(), z.boolean(), z.null()]);
const several = z.array(scalar).min(1).max(most.items);
const ordered = z.union([z.string().max(most.chars), z.number()]);

/**
 * What a value has to be; of several operators all must hold. Numbers are compared with numbers and
 * texts with texts, by their code units; anything else is unequal.
 */
export const operatorsSchema = z
  .strictObject({
    $eq: scalar.optional(),
    $ne: scalar.optional(),
    $in: several.optional(),
    $nin: several.optional(),
    $gt: ordered.optional(),
    $gte: ordered.optional(),
    $lt: ordered.optional(),
    $lte: ordered.optional(),
    /** Whether the path leads anywhere at all. */
    $exists: z.boolean().optional(),
    /** A list that holds it, or a text that holds it as a part. */
    $contains: scalar.optional(),
    $starts: z.string().min(1).max(most.chars).optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'names no operator');
export type Operators = z.infer<typeof operatorsSchema>;

const path = z
  .string()
  .max(200)
  .regex(
    new RegExp(
      `^(before|after)\\.[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z0-9_-]+){0,${most.segments - 1}}$`,
    ),
    'is no path like after.state',
  );

/**
 * Which changes a subscription is told of: all of what is named must fit, and what is not named does
 * not matter. `where` looks at the fields of the change, as they were and as they became; a field the
 * change did not touch is absent, and only `$exists: false` holds of what is absent.
 */
export const filterSchema = z.strictObject({
  kinds: z.array(z.enum(kinds)).min(1).max(kinds.length).optional(),
  ops: z
    .array(z.enum(['create', 'update', 'delete', 'restore']))
    .min(1)
    .max(4)
    .optional(),
  origins: z
    .array(z.enum(['user', 'connection', 'hub']))
    .min(1)
    .max(3)
    .optional(),
  connection_ids: z.array(z.uuid()).min(1).max(most.items).optional(),
  /** The record lives in one of these streams, whoever changed it. */
  stream_ids: z.array(z.uuid()).min(1).max(most.items).optional(),
  /** At least one of them changed. */
  fields: z
    .array(z.string().regex(/^[a-z_]{1,40}$/, 'is no name of a field'))
    .min(1)
    .max(most.items)
    .optional(),
  where: z
    .record(path, operatorsSchema)
    .refine((conditions) => Object.keys(conditions).length <= most.paths, {
      error: `has more than ${most.paths} paths`,
    })
    .optional(),
});
export type Filter = z.infer<typeof filterSchema>;
