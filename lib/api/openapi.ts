import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '#lib/core/index';
import { webhookPayloadSchema } from '#lib/delivery/schema';
import type { Route } from './contract.ts';

/** What any route may answer, beside its own codes. */
const everyRoute: ErrorCode[] = [
  'request.invalid',
  'request.rate_limited',
  'internal.unexpected',
  'internal.unavailable',
];
const signedIn: ErrorCode[] = ['identity.unauthenticated', 'identity.forbidden'];
const writing: ErrorCode[] = [
  'request.origin_refused',
  'request.malformed_json',
  'request.too_large',
  'request.unsupported_media_type',
];

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
  request_id: z.string(),
});

function codesOf({ contract }: Route): ErrorCode[] {
  return [
    ...everyRoute,
    ...(contract.access === 'public' ? [] : signedIn),
    ...(contract.method === 'get' ? [] : writing),
    ...(contract.place.about === 'caller' && !contract.params
      ? []
      : ['resource.not_found' as const]),
    ...(contract.codes ?? []),
  ];
}

function problemResponses(route: Route) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(route)) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

function successResponse({ contract }: Route) {
  const { status, schema, media = 'application/json' } = contract.answer;
  const content = status === 204 ? {} : { content: { [media]: { schema } } };
  return { [status]: { description: contract.summary, ...content } };
}

const titles: Record<string, string> = {
  session: 'anybody signed in',
  instance_owner: 'the owner of this instance',
  public: 'everybody',
};

/** What a receiver of outgoing webhooks gets. */
const deliveredWebhook = {
  operationId: 'deliveredWebhook',
  tags: ['delivery'],
  summary: 'A change, as a subscription sends it',
  description:
    'Signed as Standard Webhooks 1.0 says. The id is the same however often it is tried, so that repeats can be told; any 2xx takes it, 410 ends the subscription, redirects are not followed.',
  method: 'post' as const,
  path: 'change',
  request: {
    headers: z.object({
      'webhook-id': z.uuid(),
      'webhook-timestamp': z.string(),
      'webhook-signature': z.string(),
      'patchbay-attempt': z.string(),
    }),
    body: { required: true, content: { 'application/json': { schema: webhookPayloadSchema } } },
  },
  responses: { 204: { description: 'Taken' } },
};

/** The contracts as OpenAPI 3.1; nothing of it is written by hand. */
export function openApiDocument(routes: readonly Route[]): Record<string, unknown> {
  const app = new OpenAPIHono();
  for (const route of routes) {
    const { contract } = route;
    const who = titles[contract.access] ?? `members with the role ${contract.access} or higher`;
    app.openAPIRegistry.registerPath({
      operationId: contract.id,
      tags: [contract.tag],
      summary: contract.summary,
      description: `For ${who}${contract.orSelf ? ', or for oneself' : ''}.`,
      method: contract.method,
      path: contract.path,
      request: {
        ...(contract.params ? { params: contract.params as z.ZodObject } : {}),
        ...(contract.query ? { query: contract.query as z.ZodObject } : {}),
        ...(contract.passesOn && contract.method !== 'get'
          ? { body: { content: { '*/*': { schema: z.unknown() } } } }
          : {}),
        ...(contract.body
          ? { body: { required: true, content: { 'application/json': { schema: contract.body } } } }
          : {}),
      },
      responses: { ...successResponse(route), ...problemResponses(route) },
    });
  }
  app.openAPIRegistry.registerWebhook(deliveredWebhook);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Patchbay', version: '1' },
    servers: [{ url: '/api/v1' }],
  });
  return document as unknown as Record<string, unknown>;
}
