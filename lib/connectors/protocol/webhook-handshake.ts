import { z } from 'zod';
import { headerNameSchema, jsonPathSchema } from './webhook-scheme.ts';

const paramName = z.string().regex(/^[\w.-]{1,60}$/);
const fieldName = z.string().regex(/^[\w-]{1,60}$/);

/** What tells such a call from a delivery. */
const whenSchema = z.discriminatedUnion('has', [
  z.strictObject({ has: z.literal('method'), method: z.literal('HEAD') }),
  z.strictObject({
    has: z.literal('query'),
    methods: z
      .array(z.enum(['GET', 'POST']))
      .min(1)
      .max(2)
      .readonly(),
    name: paramName,
  }),
  z.strictObject({ has: z.literal('header'), name: headerNameSchema }),
  /** Without `equals`: any text at the path. */
  z.strictObject({
    has: z.literal('body'),
    path: jsonPathSchema,
    equals: z.union([z.string().max(200), z.number()]).optional(),
  }),
]);

const answerSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('empty'), status: z.union([z.literal(200), z.literal(204)]) }),
  /** What stands in the query, as plain text. */
  z.strictObject({ as: z.literal('query_text'), name: paramName }),
  /** The same header back (Asana). */
  z.strictObject({ as: z.literal('header'), name: headerNameSchema }),
  z.strictObject({ as: z.literal('text'), path: jsonPathSchema }),
  z.strictObject({ as: z.literal('json'), path: jsonPathSchema, key: fieldName }),
  /** The text and its HMAC-SHA256 in hex under our secret (Zoom). */
  z.strictObject({
    as: z.literal('json_hmac'),
    path: jsonPathSchema,
    plainKey: fieldName,
    hmacKey: fieldName,
  }),
  /** Always the same (Discord's `{"type":1}`). */
  z.strictObject({ as: z.literal('json_number'), key: fieldName, number: z.number().int() }),
]);

/**
 * A call that only asks whether we are there. One that stands in the body and is signed is answered
 * once its signature holds; one that is not signed gets nothing back that was not sent along.
 */
export const webhookHandshakeSchema = z
  .strictObject({
    when: whenSchema,
    isSigned: z.boolean(),
    answer: answerSchema,
    /**
     * A secret such a call brings (Notion, Asana). Anybody could have sent it: it is shown to a
     * person and counts for nothing before that person has taken it over.
     */
    brings: z
      .discriminatedUnion('in', [
        z.strictObject({ in: z.literal('header'), name: headerNameSchema }),
        z.strictObject({ in: z.literal('body'), path: jsonPathSchema }),
      ])
      .nullable(),
  })
  .superRefine((handshake, ctx) => {
    if (handshake.isSigned && handshake.when.has !== 'body') {
      ctx.addIssue({ code: 'custom', path: ['isSigned'], message: 'only a body can be signed' });
    }
    // Else anybody could have any text signed with our secret, a whole event as well.
    if (handshake.answer.as === 'json_hmac' && !handshake.isSigned) {
      ctx.addIssue({
        code: 'custom',
        path: ['isSigned'],
        message: 'must be, for our secret signs',
      });
    }
  });

export type WebhookHandshake = z.infer<typeof webhookHandshakeSchema>;
