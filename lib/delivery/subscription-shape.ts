import { z } from 'zod';
import { filterSchema } from './filter-shape.ts';
import { faultOfTemplate, templateMaxChars } from './template.ts';

const subscriptionKinds = ['webhook', 'slack', 'mail', 'analytics'] as const;
/** Those a person makes; the hub's own counting is there from the start. */
export const destinationKinds = ['webhook', 'slack', 'mail'] as const;
export type DestinationKind = (typeof destinationKinds)[number];
const subscriptionStatuses = ['active', 'paused', 'disabled'] as const;

function namesUser(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** Text with values in it; one that cannot be read is refused with the place of its fault. */
const template = z
  .string()
  .trim()
  .min(1)
  .max(templateMaxChars)
  .superRefine((text, context) => {
    const reason = faultOfTemplate(text);
    if (reason !== null) context.addIssue({ code: 'custom', message: reason });
  });

/** What is not secret about a destination, by kind. A secret is put by itself and never read back. */
export const configSchemas = {
  webhook: z.strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .refine((url) => !namesUser(url), 'holds a user or a password; everybody here could read it'),
    description: z.string().trim().max(400).optional(),
  }),
  slack: z.strictObject({
    /** A Slack connection of the workspace that may post; without one the secret is an incoming webhook's address. */
    connection_id: z.uuid().optional(),
    channel: z.string().trim().min(1).max(120).optional(),
    /** What it was called when it was chosen; shown to people, posted to by nobody. */
    channel_name: z.string().trim().min(1).max(200).optional(),
    template: template.optional(),
  }),
  mail: z.strictObject({
    to: z.array(z.email().max(254)).min(1).max(10),
    subject: z.string().trim().min(1).max(200).optional(),
    template: template.optional(),
  }),
} as const satisfies Record<DestinationKind, z.ZodType>;
export type WebhookConfig = z.infer<typeof configSchemas.webhook>;
export type SlackConfig = z.infer<typeof configSchemas.slack>;
export type MailConfig = z.infer<typeof configSchemas.mail>;

export const subscriptionSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(subscriptionKinds),
  config: z.record(z.string(), z.unknown()),
  filter: filterSchema,
  status: z.enum(subscriptionStatuses),
  status_code: z.string().nullable(),
  status_reason: z.string().nullable(),
  status_at: z.iso.datetime(),
  /** Up to here its deliveries are made. */
  cursor: z.number().int(),
  /** Positions of the log behind the cursor. */
  behind: z.number().int(),
  /** Deliveries that are neither delivered nor given up. */
  owed: z.number().int(),
  max_in_flight: z.number().int(),
  per_second: z.number().int(),
  failing_since: z.iso.datetime().nullable(),
  delivered_at: z.iso.datetime().nullable(),
  delivered_count: z.number().int(),
  dead_count: z.number().int(),
  /** Changes that went by while it was paused for longer than the log is kept. */
  missed: z.number().int(),
  /** When its secret was put; null without one. */
  secret_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

const limitsShape = {
  max_in_flight: z.int().min(1).max(32).optional(),
  per_second: z.int().min(1).max(1_000).optional(),
};
const name = z.string().trim().min(1).max(120);
/** Where to begin: with the oldest change there is, with the next one, or behind a position. */
const from = z
  .union([z.literal('beginning'), z.literal('now'), z.int().nonnegative()])
  .default('now');

const made = { name, filter: filterSchema.default({}), from, ...limitsShape };
/** An address or a key, as pasted. Of a webhook it may be left out: one is made. */
const secret = z.string().min(8).max(2_000).optional();
export const subscriptionInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    config: configSchemas.webhook,
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'is no whsec_ secret of 24 to 64 bytes')
      .optional(),
    ...made,
  }),
  z.strictObject({ kind: z.literal('slack'), config: configSchemas.slack, secret, ...made }),
  z.strictObject({ kind: z.literal('mail'), config: configSchemas.mail, ...made }),
]);
export type SubscriptionInput = z.infer<typeof subscriptionInputSchema>;

export const secretInputSchema = z.strictObject({
  /** Left out for a webhook: one is made. */
  secret: z.string().min(8).max(2_000).optional(),
  /** How long the one before it stays good beside it. */
  overlap_hours: z.int().min(0).max(168).default(24),
});
export type SecretInput = z.infer<typeof secretInputSchema>;

/** `secret` is what was made, shown this once. */
export const subscriptionMadeSchema = subscriptionSchema.extend({
  secret: z.string().nullable(),
});

export const subscriptionPatchSchema = z
  .strictObject({
    name: name.optional(),
    config: z.record(z.string(), z.unknown()).optional(),
    filter: filterSchema.optional(),
    /** active also lets one go on that was disabled. */
    status: z.enum(['active', 'paused']).optional(),
    ...limitsShape,
  })
  .refine((patch) => Object.keys(patch).length > 0, 'names nothing to change');
export type SubscriptionPatch = z.infer<typeof subscriptionPatchSchema>;
