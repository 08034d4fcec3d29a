import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { forgeriesOf } from '../../unit/webhooks/schemes/forgeries.ts';
import { genuine, url } from '../../unit/webhooks/schemes/vector.ts';
import { vectors } from '../../unit/webhooks/schemes/vectors.ts';
import { countEvents, receive, receiverThen, speakLike } from './forged-requests-world.ts';
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

it.each(tried.map((vector) => [vector.preset, vector] as const))(
  '49 to 64 at %s: what is genuine is kept, every forgery is 401 with the same words, 405 or 413, and leaves no event',
  async (_, vector) => {
    await speakLike(inbox, vector);
    const receiver = receiverThen(inbox);
    const { endpointId } = inbox;
    expect((await receive(receiver, endpointId, await genuine(vector))).status).toBe(200);
    const before = await countEvents(inbox);
    const refusals = new Set<string>();
    for (const { name, sent } of await forgeriesOf(vector)) {
      // The address is configured and no part of a request.
      if (sent.url !== url) continue;
      const { status, body } = await receive(receiver, endpointId, sent);
      // What cannot be verified at all: no POST, and more than a megabyte.
      const expected = sent.method === 'POST' ? (sent.body.length > 1_048_576 ? 413 : 401) : 405;
      expect(status, name).toBe(expected);
      if (status === 401 && !name.startsWith('signed at')) refusals.add(body);
    }
    expect(refusals.size).toBe(1);
    expect(await countEvents(inbox)).toBe(before);
    await receiver.close();
  },
);
