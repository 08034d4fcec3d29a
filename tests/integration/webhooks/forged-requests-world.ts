import { systemClock } from '#lib/core/index';
import { json } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import type { Receiver } from '#lib/webhooks/index';
import {
  presetOf,
  type Sent,
  sentAtMs,
  url,
  type Vector,
} from '../../unit/webhooks/schemes/vector.ts';
import type { InboxFixture } from './inbox-fixture.ts';

/** The endpoint speaks like this service from now on, under this secret. */
export async function speakLike(inbox: InboxFixture, vector: Vector): Promise<void> {
  const { workspaceId, endpointId } = inbox;
  const place = { workspaceId, ownerId: endpointId, field: 'webhook_secret' };
  const sealed = sealTo(inbox.gatewayKey.publicKey, vector.keys.paste, place);
  await inbox.admin`update public.webhook_endpoints set url = ${url},
    scheme = ${json(inbox.web, presetOf(vector).descriptor)} where id = ${endpointId}`;
  await inbox.admin`update private.webhook_secrets set envelope = ${sealed.envelope} where endpoint_id = ${endpointId}`;
}

/** At the moment the vectors were signed, and with nothing remembered of how the endpoint spoke. */
export const receiverThen = (inbox: InboxFixture): Receiver =>
  inbox.receiver({ clock: { ...systemClock, now: () => sentAtMs } });

export const receive = (
  receiver: Receiver,
  endpointId: string,
  { method, headers, search, body }: Sent,
) =>
  receiver.receive({
    method,
    connector: 'github',
    endpointId,
    search,
    headers,
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  });

export async function countEvents(inbox: InboxFixture): Promise<number> {
  const [row] = await inbox.admin<{ n: number }[]>`
    select count(*)::int as n from public.inbox_events`;
  return row?.n ?? -1;
}
