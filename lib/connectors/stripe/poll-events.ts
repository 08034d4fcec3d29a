import { z } from 'zod';
import type {
  ConnectorContext,
  PollPage,
  ProviderFault,
  RemoteObject,
} from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { type Resource, readResource } from './account-scope.ts';
import { badAnswer } from './errors.ts';
import { eventsOf } from './manifest.ts';
import { newsOf } from './news.ts';
import { list, numbered } from './request.ts';
import { eventSchema, type StripeEvent } from './schema.ts';
import { dateOf } from './sighting.ts';
import { readPayment } from './sync-object.ts';
import { overlapSeconds } from './walk-objects.ts';

/** Stripe keeps events for 30 days; a day less leaves room for a walk through them. */
const keptSeconds = 29 * 86_400;
/** Payments read again at one moment. */
const readsAtOnce = 4;
/** Events remembered of the time that is seen twice; what is beyond them costs a call and no more. */
const maxSeen = 300;

const eventIds = z.array(z.string().max(200)).max(maxSeen).optional();

const cursorSchema = z.object({
  /** Seconds, by Stripe's clock. */
  since: z.number().int().nonnegative(),
  /** Events of the last poll that the next one will list once more. */
  seen: eventIds,
  /** Of a poll that has more pages: the event the page before ended with, and when the poll began. */
  after: z.string().max(200).optional(),
  startedAt: z.number().int().nonnegative().optional(),
  fresh: eventIds,
});

/**
 * What happened since the cursor. Events come the newest first, so the place moves only behind the
 * last page; a minute is seen twice, because Stripe may list an event late.
 * https://docs.stripe.com/api/events/list
 */
export async function pollEvents(
  ctx: ConnectorContext,
  resourceName: string,
  _scope: JsonObject,
  stored: JsonObject,
): Promise<PollPage> {
  const resource = readResource(resourceName);
  const cursor = cursorSchema.safeParse(stored).data;
  if (!cursor) throw gone('the place of the last poll cannot be read');
  const page = await list(ctx, '/v1/events', {
    'created[gte]': cursor.since,
    starting_after: cursor.after,
    ...numbered('types', eventsOf[resource]),
  }).catch((error: unknown) => {
    const isPlace = isHubError(error) && error.code === 'provider.not_found';
    if (cursor.after === undefined || !isPlace) throw error;
    throw gone('it has dropped the event the last page ended with');
  });
  const startedAt = cursor.startedAt ?? dateOf(page.answer);
  if (startedAt - cursor.since > keptSeconds) throw gone('it keeps events for 30 days only');
  const events = page.items.flatMap((item) => eventSchema.safeParse(item).data ?? []);
  const since = Math.max(cursor.since, startedAt - overlapSeconds);
  const { seen = [], fresh: before = [] } = cursor;
  const young = events.filter((event) => event.created >= since).map(({ id }) => id);
  const fresh = [...before, ...young].slice(0, maxSeen);
  const last = page.hasMore ? lastId(page.items) : null;
  if (last !== null && last === cursor.after) throw badAnswer('its pages turn in circles');
  // In the order in which they happened: of two states of one second the later one counts.
  const news = events.filter(({ id }) => !seen.includes(id)).reverse();
  return {
    ...(await gather(ctx, resource, news)),
    cursor:
      last === null
        ? { since, seen: fresh }
        : { since: cursor.since, after: last, startedAt, seen, fresh },
    hasMore: last !== null,
    notModified: false,
    intervalMs: null,
  };
}

async function gather(
  ctx: ConnectorContext,
  resource: Resource,
  events: StripeEvent[],
): Promise<{ objects: RemoteObject[]; faults: ProviderFault[] }> {
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  const readAgain = new Set<string>();
  for (const event of events) {
    const news = newsOf(event);
    if (news.resource !== resource || event.account) continue;
    objects.push(...news.objects);
    faults.push(...news.faults);
    for (const id of news.readAgain) readAgain.add(id);
  }
  const waiting = [...readAgain];
  while (waiting.length > 0) {
    const reads = waiting.splice(0, readsAtOnce).map((id) => readPayment(ctx, id));
    for (const object of await Promise.all(reads)) if (object) objects.push(object);
  }
  return { objects, faults };
}

function lastId(items: unknown[]): string {
  const read = z.looseObject({ id: z.string().max(200) }).safeParse(items.at(-1));
  if (!read.success) throw badAnswer('a page that is not the last one has no end');
  return read.data.id;
}

const gone = (why: string): HubError =>
  new HubError('provider.gone', `Stripe cannot say what changed since then: ${why}.`);
