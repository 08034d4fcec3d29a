import { z } from 'zod';

/** The two classes of secret: credentials are the worker's, verification secrets the gateway's. */
export const keyClasses = ['worker', 'gateway'] as const;
const keyClassSchema = z.enum(keyClasses);
export type KeyClass = z.infer<typeof keyClassSchema>;

export const keyUseSchema = z.object({
  class: keyClassSchema,
  part: z.enum(['credentials', 'app_secrets', 'sign_ins', 'commands', 'mails', 'webhook_secrets']),
  key_id: z.string(),
  sealed: z.number().int(),
});
export type KeyUse = z.infer<typeof keyUseSchema>;

export const keyHolderSchema = z.object({
  class: keyClassSchema,
  present_key: z.string(),
  opens: z.array(z.string()),
  /** Living processes that hold exactly these. */
  processes: z.number().int(),
});
export type KeyHolder = z.infer<typeof keyHolderSchema>;

export const rotationSchema = z.object({
  class: keyClassSchema,
  key_id: z.string(),
  status: z.enum(['running', 'done', 'superseded']),
  total: z.number().int(),
  done: z.number().int(),
  /** Values that no key at hand opens. */
  refused: z.number().int(),
  started_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Rotation = z.infer<typeof rotationSchema>;

export const keyClassStateSchema = z.object({
  class: keyClassSchema,
  /** What the living processes seal to; more than one while they are restarted one by one. */
  present: z.array(z.string()),
  keys: z.array(
    z.object({
      key_id: z.string(),
      is_present: z.boolean(),
      /** Whether every living process of the class opens with it. */
      is_held: z.boolean(),
      sealed: z.number().int(),
      /** An older key nothing is sealed to any more: it may be taken out of the settings. */
      may_go: z.boolean(),
    }),
  ),
  processes: z.number().int(),
  rotation: rotationSchema.nullable(),
});
export type KeyClassState = z.infer<typeof keyClassStateSchema>;
