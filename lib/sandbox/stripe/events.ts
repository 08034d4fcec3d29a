import { z } from 'zod';
import type { Call } from './call.ts';
import { listObjects, listParams } from './list-objects.ts';
import { listOf, readParams } from './read-form.ts';
import { invalid, missing } from './stripe-error.ts';
import { nowSeconds, type Shape } from './world.ts';

/** Older ones are there no more. */
const keptSeconds = 30 * 86_400;

const listSchema = z.strictObject({
  ...listParams,
  type: z.string().optional(),
  types: listOf(20).optional(),
  delivery_success: z.enum(['true', 'false']).optional(),
});

/** https://docs.stripe.com/api/events/list */
export function listEvents(call: Call): Shape {
  const { world } = call;
  const params = readParams(listSchema, call.form);
  const { type, types, delivery_success: success } = params;
  if (type !== undefined && types !== undefined) {
    throw invalid('You may only specify one of these parameters: type, types.');
  }
  const oldest = nowSeconds(world) - keptSeconds;
  const isType = (name: string): boolean =>
    (type === undefined || fits(type, name)) && (types === undefined || types.includes(name));
  return listObjects(world, params, {
    path: '/v1/events',
    what: 'event',
    table: world.tables.events,
    keep: (event) =>
      Number(event['created']) >= oldest &&
      isType(String(event['type'])) &&
      (success === undefined || (event['pending_webhooks'] === 0) === (success === 'true')),
  });
}

export function showEvent(call: Call, id: string): Shape {
  readParams(z.strictObject({}), call.form);
  const event = call.world.tables.events.findOneBy('key', id)?.object;
  const isKept = event && Number(event['created']) >= nowSeconds(call.world) - keptSeconds;
  if (!isKept) throw missing('event', id, 'id');
  return event;
}

/** `customer.*` stands for all of a group. */
const fits = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
