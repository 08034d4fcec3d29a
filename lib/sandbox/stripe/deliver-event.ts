import { createHmac } from 'node:crypto';
import { type EndpointRow, latestVersion, nowSeconds, type StripeWorld } from './world.ts';

const timeoutMs = 10_000;
const deliveriesKept = 300;

/** Sends one event to one endpoint, and again after a pause until it is taken with 2xx. */
export function deliverEvent(world: StripeWorld, endpoint: EndpointRow, eventId: string): void {
  const { lanes } = world;
  lanes.enqueue(
    endpoint.id,
    () => attempt(world, endpoint.key, eventId, 1),
    () => record(world, endpoint.key, eventId, { attempt: 1, code: 0 }),
  );
}

async function attempt(
  world: StripeWorld,
  endpointId: string,
  eventId: string,
  count: number,
): Promise<void> {
  const endpoint = world.tables.endpoints.findOneBy('key', endpointId);
  const event = world.tables.events.findOneBy('key', eventId);
  // Removed meanwhile: Stripe gives up as well.
  if (!endpoint || !event || endpoint.object['status'] !== 'enabled') return;
  const body = JSON.stringify(event.object, null, 2);
  const code = await post(world, endpoint, body);
  if (world.lanes.signal.aborted) return;
  record(world, endpointId, eventId, { attempt: count, code });
  if (code >= 200 && code < 300) {
    const pending = Number(event.object['pending_webhooks'] ?? 0);
    const object = { ...event.object, pending_webhooks: Math.max(0, pending - 1) };
    world.tables.events.update(event.id, { object });
    return;
  }
  const waitMs = world.settings.retryMs[count - 1];
  if (waitMs === undefined) return;
  world.lanes.later(waitMs, () => attempt(world, endpointId, eventId, count + 1));
}

/** The status of the answer; 0 when there was none. */
async function post(world: StripeWorld, endpoint: EndpointRow, body: string): Promise<number> {
  try {
    const answer = await fetch(String(endpoint.object['url']), {
      method: 'POST',
      headers: {
        accept: '*/*; q=0.5, application/xml',
        'cache-control': 'no-cache',
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signature(nowSeconds(world), endpoint.secret, body),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([world.lanes.signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  }
}

/** https://docs.stripe.com/webhooks#verify-manually — v0 is the made-up scheme of test events. */
function signature(timestamp: number, secret: string, body: string): string {
  const sign = (key: string): string =>
    createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
  return `t=${timestamp},v1=${sign(secret)},v0=${sign(`not ${latestVersion}`)}`;
}

function record(
  { tables }: StripeWorld,
  endpoint: string,
  event: string,
  { attempt: count, code }: { attempt: number; code: number },
): void {
  const known = tables.events.findOneBy('key', event)?.object['type'];
  const type = typeof known === 'string' ? known : '';
  tables.deliveries.insert({ endpoint, event, type, attempt: count, status_code: code });
  const surplus = tables.deliveries.count() - deliveriesKept;
  if (surplus <= 0) return;
  for (const old of tables.deliveries.all().slice(0, surplus)) tables.deliveries.delete(old.id);
}
