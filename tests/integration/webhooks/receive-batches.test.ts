import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { githubManifest } from '#lib/connectors/github/manifest';
import type { Receiver } from '#lib/webhooks/index';
import { isLong } from '../../setup/is-long.ts';
import { signed } from './bad-requests.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
let receivers: Receiver[];

beforeAll(async () => {
  inbox = await inboxFixture();
  const { scheme, delivery, event, body, handshakes } = githubManifest.webhook;
  const id = { paths: [['id']], isJoined: false };
  const items = { path: ['items'], id, event: null };
  const descriptor = { scheme, delivery, event, body, handshakes, items };
  await inbox.admin`update public.webhook_endpoints set scheme = ${inbox.admin.json(descriptor)}`;
  // Two processes, as far as the database can tell.
  receivers = [inbox.receiver(), inbox.receiver()];
});
afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await inbox.close();
});

async function post(door: number, body: string, headers: Record<string, string>) {
  const receiver = receivers[door];
  if (!receiver) throw new Error('There are two doors.');
  return receiver.receive({
    method: 'POST',
    connector: 'github',
    endpointId: inbox.endpointId,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: (async function* bytes() {
      yield Buffer.from(body);
    })(),
  });
}

/** A request of a service: a batch of items, sent so many times, by whichever way it comes in. */
const sending = fc.record({
  items: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }),
  times: fc.integer({ min: 1, max: 3 }),
  door: fc.integer({ min: 0, max: 1 }),
  attempt: fc.integer({ min: 0, max: 2 }),
});

it('whatever batches items come in, in whichever order and how often, each is kept once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sending, { minLength: 1, maxLength: 8 }), async (sendings) => {
      await inbox.admin`truncate public.inbox_events, private.dedupe_keys`;
      const answers = await Promise.all(
        sendings.flatMap(({ items, times, door, attempt }) => {
          const body = JSON.stringify({ items: items.map((id) => ({ id, attempt })) });
          const sent = signed(inbox.secret, body);
          return Array.from({ length: times }, () => post(door, body, sent.headers));
        }),
      );
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      const kept = await inbox.admin<{ id: string; times: number }[]>`
        select delivery_id as id, count(*)::int as times from public.inbox_events
        where parent_id is not null group by 1`;
      const sent = new Set(sendings.flatMap(({ items }) => items.map(String)));
      expect(kept.map(({ id }) => id).toSorted()).toEqual([...sent].toSorted());
      expect(kept.every(({ times }) => times === 1)).toBe(true);
      const bodies = await inbox.admin`select 1 from public.inbox_events where parts is not null`;
      expect(bodies).toHaveLength(sendings.length);
    }),
    { numRuns: isLong ? 300 : 25 },
  );
});
