import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '#lib/core/index';
import { json } from '#lib/db/index';
import { sealTo } from '#lib/security/index';
import type { Receiver } from '#lib/webhooks/index';
import { isLong } from '../../setup/is-long.ts';
import { forgeriesOf } from '../../unit/webhooks/schemes/forgeries.ts';
import {
  genuine,
  presetOf,
  type Sent,
  sentAtMs,
  url,
  type Vector,
} from '../../unit/webhooks/schemes/vector.ts';
import { vectors } from '../../unit/webhooks/schemes/vectors.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());

/** One of each kind in the normal run; tests/unit/webhooks/schemes tries all of them without a database. */
const few = new Set([
  'slack',
  'stripe',
  'gitlab',
  'discord',
  'sendgrid',
  'microsoft_graph',
  'monday',
  'square',
  'twilio',
]);
const tried = vectors.filter(({ preset }) => isLong || few.has(preset));

/** The endpoint speaks like this service from now on, under this secret. */
async function speakLike(vector: Vector): Promise<void> {
  const { workspaceId, endpointId } = inbox;
  const place = { workspaceId, ownerId: endpointId, field: 'webhook_secret' };
  const sealed = sealTo(inbox.gatewayKey.publicKey, vector.keys.paste, place);
  await inbox.admin`update public.webhook_endpoints set url = ${url},
    scheme = ${json(inbox.web, presetOf(vector).descriptor)} where id = ${endpointId}`;
  await inbox.admin`update private.webhook_secrets set envelope = ${sealed.envelope} where endpoint_id = ${endpointId}`;
}

const post = (receiver: Receiver, { method, headers, search, body }: Sent) =>
  receiver.receive({
    method,
    connector: 'github',
    endpointId: inbox.endpointId,
    search,
    headers,
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  });

const countEvents = async (): Promise<number> => {
  const [row] = await inbox.admin<
    { n: number }[]
  >`select count(*)::int as n from public.inbox_events`;
  return row?.n ?? 0;
};

it.each(tried.map((vector) => [vector.preset, vector] as const))(
  '%s: what is genuine is kept, every forgery is refused alike and leaves no event',
  async (_, vector) => {
    await speakLike(vector);
    const clock = { ...systemClock, now: () => sentAtMs };
    const receiver = inbox.receiver({ clock });
    expect((await post(receiver, await genuine(vector))).status).toBe(200);
    const before = await countEvents();
    const refusals = new Set<string>();
    for (const { name, sent } of await forgeriesOf(vector)) {
      // The address is configured and no part of a request.
      if (sent.url !== url) continue;
      const { status, body } = await post(receiver, sent);
      // What cannot be verified at all: no POST, and more than a megabyte.
      const expected = sent.method === 'POST' ? (sent.body.length > 1_048_576 ? 413 : 401) : 405;
      expect(status, name).toBe(expected);
      if (status === 401 && !name.startsWith('signed at')) refusals.add(body);
    }
    expect(refusals.size).toBe(1);
    expect(await countEvents()).toBe(before);
    await receiver.close();
  },
);
