import { z } from 'zod';
import type {
  BackfillPage,
  ConnectorContext,
  ProviderFault,
  RemoteObject,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { type Resource, readResource } from './account-scope.ts';
import { badAnswer } from './errors.ts';
import { fromCustomer } from './map-customer.ts';
import { fromPayment } from './map-payment.ts';
import { type ListPage, list } from './request.ts';
import { dateOf, listSightingOf } from './sighting.ts';

/** How far polling reaches back behind the first page of a walk, in seconds. */
export const overlapSeconds = 60;

/** Where a walk stands: behind this object, which was made at that second. */
const markSchema = z.object({
  after: z.string().max(200),
  created: z.number().int().nonnegative(),
  startedAt: z.number().int().nonnegative(),
});

/**
 * One page of all objects, the newest first. What is made meanwhile comes before the first page and is
 * polled for; nothing else moves, because the order is that of making.
 * https://docs.stripe.com/api/pagination
 */
export async function backfillObjects(
  ctx: ConnectorContext,
  resourceName: string,
  _scope: JsonObject,
  from: JsonObject | null,
): Promise<BackfillPage> {
  const resource = readResource(resourceName);
  // What cannot be read starts anew, which costs calls and loses nothing.
  const mark = markSchema.safeParse(from).data ?? null;
  const page = await readPage(ctx, resource, mark);
  const startedAt = mark?.startedAt ?? dateOf(page.answer);
  const last = edgeSchema.safeParse(page.items.at(-1)).data;
  if (page.hasMore && !last) throw badAnswer('a page that is not the last one has no end');
  const next = page.hasMore && last ? { after: last.id, created: last.created, startedAt } : null;
  if (next && next.after === mark?.after) throw badAnswer('its pages turn in circles');
  return {
    ...mapItems(resource, page),
    next,
    total: null,
    cursor: { since: startedAt - overlapSeconds },
  };
}

const edgeSchema = z.looseObject({
  id: z.string().max(200),
  created: z.number().int().nonnegative(),
});

const paths = { payments: '/v1/payment_intents', customers: '/v1/customers' } as const;

/** The object a walk stands at may be deleted meanwhile; then its second has to do, seen once more. */
async function readPage(
  ctx: ConnectorContext,
  resource: Resource,
  mark: z.infer<typeof markSchema> | null,
): Promise<ListPage> {
  // Without the charge nobody knows what was paid back.
  const query = resource === 'payments' ? { 'expand[0]': 'data.latest_charge' } : {};
  const path = paths[resource];
  if (!mark) return list(ctx, path, query);
  try {
    return await list(ctx, path, { ...query, starting_after: mark.after });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
    return list(ctx, path, { ...query, 'created[lte]': mark.created });
  }
}

/** An object that cannot be read is a fault of its own and costs the others nothing. */
function mapItems(
  resource: Resource,
  page: ListPage,
): { objects: RemoteObject[]; faults: ProviderFault[] } {
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  const seen = listSightingOf(page.answer);
  for (const item of page.items) {
    const mapped = resource === 'payments' ? fromPayment(item, seen) : fromCustomer(item, seen);
    if (mapped.is === 'object') objects.push(mapped.object);
    else faults.push(mapped.fault);
  }
  return { objects, faults };
}
