import { z } from 'zod';
import type { Call } from './call.ts';
import { listObjects, listParams, requireRow } from './list-objects.ts';
import { listOf, metadata, readParams, text } from './read-form.ts';
import { invalid } from './stripe-error.ts';
import { knownVersions, newId, nowSeconds, type Shape, type StripeWorld } from './world.ts';

/** https://docs.stripe.com/webhooks: "You can register up to 16 webhook endpoints". */
const maxEndpoints = 16;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What this sandbox ever tells of; Stripe has some 250 more, and refuses what it does not know. */
const eventTypes: readonly string[] = [
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'payment_intent.created',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.amount_capturable_updated',
  'payment_intent.partially_funded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.succeeded',
  'charge.captured',
  'charge.failed',
  'charge.refunded',
  'charge.succeeded',
  'charge.updated',
  'refund.created',
  'refund.updated',
];

const enabledEvents = listOf(300).refine((items) => items.length > 0, {
  error: 'Invalid array: enabled_events must not be empty.',
});
const createSchema = z.strictObject({
  url: z.string(),
  enabled_events: enabledEvents,
  api_version: z.string().optional(),
  description: text(5_000).optional(),
  metadata: metadata.optional(),
});
const updateSchema = z.strictObject({
  url: z.string().optional(),
  enabled_events: enabledEvents.optional(),
  description: text(5_000).optional(),
  disabled: z.enum(['true', 'false']).optional(),
});

export function createEndpoint(call: Call): Shape {
  const { world } = call;
  const params = readParams(createSchema, call.form);
  checkUrl(params.url);
  checkEvents(params.enabled_events);
  if (params.api_version !== undefined && !knownVersions.includes(params.api_version)) {
    throw invalid(`Invalid Stripe API version: ${params.api_version.slice(0, 40)}`, {
      param: 'api_version',
    });
  }
  if (world.tables.endpoints.count() >= maxEndpoints) {
    throw invalid(`You have reached the maximum of ${maxEndpoints} test webhook endpoints.`);
  }
  const id = newId('we');
  const secret = newId('whsec') + newId('').slice(1, 9);
  const object: Shape = {
    id,
    object: 'webhook_endpoint',
    api_version: params.api_version ?? null,
    application: null,
    created: nowSeconds(world),
    description: params.description || null,
    enabled_events: params.enabled_events,
    livemode: false,
    metadata: params.metadata ?? {},
    status: 'enabled',
    url: params.url,
  };
  world.tables.endpoints.insert({ key: id, object, secret });
  // The only answer that ever holds it.
  return { ...object, secret };
}

export function updateEndpoint(call: Call, id: string): Shape {
  const { world } = call;
  const params = readParams(updateSchema, call.form);
  const row = requireRow(found(world, id));
  if (params.url !== undefined) checkUrl(params.url);
  if (params.enabled_events) checkEvents(params.enabled_events);
  const object = {
    ...row.object,
    ...(params.url === undefined ? {} : { url: params.url }),
    ...(params.enabled_events ? { enabled_events: params.enabled_events } : {}),
    ...(params.description === undefined ? {} : { description: params.description || null }),
    ...(params.disabled === undefined
      ? {}
      : { status: params.disabled === 'true' ? 'disabled' : 'enabled' }),
  };
  world.tables.endpoints.update(row.id, { object });
  return object;
}

export function listEndpoints(call: Call): Shape {
  return listObjects(call.world, readParams(z.strictObject(listParams), call.form), {
    path: '/v1/webhook_endpoints',
    what: 'webhook_endpoint',
    table: call.world.tables.endpoints,
  });
}

export const showEndpoint = (call: Call, id: string): Shape =>
  requireRow(found(call.world, id)).object;

export function deleteEndpoint(call: Call, id: string): Shape {
  const row = requireRow(found(call.world, id));
  call.world.tables.endpoints.delete(row.id);
  return { id, object: 'webhook_endpoint', deleted: true };
}

const found = (world: StripeWorld, id: string) => ({
  table: world.tables.endpoints,
  id,
  what: 'webhook endpoint',
  param: 'webhook_endpoint',
});

/** Stripe wants https; this one delivers to this machine only, where there is none. */
function checkUrl(url: string): void {
  const refused = (why: string) =>
    invalid(`Invalid URL: ${why}`, { code: 'url_invalid', param: 'url' });
  if (!URL.canParse(url)) throw refused('An explicit scheme (such as https) must be provided.');
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw refused('URL must begin with one of the following: http, https.');
  }
  if (!loopbackHosts.has(hostname)) {
    throw refused('URL must be publicly accessible, which for this sandbox is this machine alone.');
  }
}

function checkEvents(events: readonly string[]): void {
  const unknown = events.find((event) => event !== '*' && !eventTypes.includes(event));
  if (unknown === undefined) return;
  throw invalid(`Invalid enabled_events: ${unknown.slice(0, 60)} is not a known event type.`, {
    param: 'enabled_events',
  });
}
