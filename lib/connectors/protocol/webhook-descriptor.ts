import { z } from 'zod';
import { webhookHandshakeSchema } from './webhook-handshake.ts';
import { headerNameSchema, jsonPathSchema, signatureSchemeSchema } from './webhook-scheme.ts';

/**
 * Where a delivery's id or event name stands. A signed body without one is kept all the same: its id
 * is then the hash of its bytes, its event `unknown`.
 */
const deliveryFactSchema = z.discriminatedUnion('from', [
  /** A request without it is refused, unless it is optional. */
  z.strictObject({
    from: z.literal('header'),
    name: headerNameSchema,
    isOptional: z.boolean().optional(),
  }),
  /** All of them together, joined by a colon (Google's channel and message number). */
  z.strictObject({
    from: z.literal('headers'),
    names: z.array(headerNameSchema).min(1).max(4).readonly(),
  }),
  /** Of several paths the first that holds text or a number. */
  z.strictObject({
    from: z.literal('body'),
    paths: z.array(jsonPathSchema).min(1).max(6).readonly(),
  }),
  /** All of them together, joined by a colon, where one alone would not be enough. */
  z.strictObject({
    from: z.literal('body_joined'),
    paths: z.array(jsonPathSchema).min(1).max(6).readonly(),
  }),
  z.strictObject({ from: z.literal('none') }),
]);
export type DeliveryFact = z.infer<typeof deliveryFactSchema>;

/** A fact of one item of a payload that holds many. */
const itemFactSchema = z.strictObject({
  paths: z.array(jsonPathSchema).min(1).max(6).readonly(),
  /** Together rather than the first one there is. */
  isJoined: z.boolean(),
});
export type ItemFact = z.infer<typeof itemFactSchema>;

const itemsSchema = z.strictObject({
  /** Where the list stands; empty: the body itself is the list. */
  path: z.union([jsonPathSchema, z.tuple([]).readonly()]),
  /** Null where nothing tells items apart: each goes by its place in the payload. */
  id: itemFactSchema.nullable(),
  /** Null where the payload's own event counts for each. */
  event: itemFactSchema.nullable(),
});
export type WebhookItems = z.infer<typeof itemsSchema>;

const bodySchema = z.strictObject({
  /** json_or_form: what Content-Type says decides. text: neither; kept as it is. */
  as: z.enum(['json', 'form', 'json_or_form', 'text']),
  /** The field of a form that holds the event as JSON; null: the fields are the event. */
  jsonField: z.string().max(60).nullable(),
});
export type WebhookBodyForm = z.infer<typeof bodySchema>;

/** All that receiving has to know of a service's webhooks, as data. */
export const webhookDescriptorSchema = z
  .strictObject({
    scheme: signatureSchemeSchema,
    delivery: deliveryFactSchema,
    /** Of a JSON body: what the service writes anew with each attempt at one delivery. */
    attemptFields: z.array(jsonPathSchema).max(4).readonly().optional(),
    event: deliveryFactSchema,
    /** Payloads that hold many events; null where one request is one event. */
    items: itemsSchema.nullable(),
    body: bodySchema,
    handshakes: z.array(webhookHandshakeSchema).max(4).readonly(),
  })
  .refine(
    ({ scheme, handshakes }) =>
      scheme.kind !== 'none' || !handshakes.some(({ answer }) => answer.as === 'json_hmac'),
    { path: ['handshakes'], error: 'answer with our secret, and nothing proves who asks' },
  );
export type WebhookDescriptor = z.infer<typeof webhookDescriptorSchema>;

/** What most services send: one event per request, in JSON, without questions first. */
export const oneJsonEvent = {
  items: null,
  body: { as: 'json', jsonField: null },
  handshakes: [],
} as const satisfies Pick<WebhookDescriptor, 'items' | 'body' | 'handshakes'>;
