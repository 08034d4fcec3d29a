import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sealTo } from '#lib/security/index';
import type { Receiver } from '#lib/webhooks/index';
import { genuine, type Sent, url, type Vector } from '../../unit/webhooks/schemes/vector.ts';
import { vectors } from '../../unit/webhooks/schemes/vectors.ts';
import { exchange, gatewayBefore } from '../gateway/parts.ts';
import { readAnswer, requestBytes } from '../gateway/raw-webhook.ts';
import { forgedRequests } from './forged-requests-numbered.ts';
import { countEvents, receive, receiverThen, speakLike } from './forged-requests-world.ts';
import { githubHeaders, type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());

const vectorOf = (preset: string): Vector => {
  const found = vectors.find((vector) => vector.preset === preset);
  if (!found) throw new Error(`No vector of ${preset}`);
  return found;
};
const codeOf = (body: string): unknown => (JSON.parse(body) as { code?: unknown }).code;

describe.each([...new Set(forgedRequests.map(({ preset }) => preset))])('at %s', (preset) => {
  const vector = vectorOf(preset);
  let receiver: Receiver;
  beforeAll(async () => {
    await speakLike(inbox, vector);
    receiver = receiverThen(inbox);
  });
  afterAll(() => receiver.close());
  afterEach(() => inbox.admin`truncate public.inbox_events, private.dedupe_keys`);

  it('what is genuine → 200, kept', async () => {
    const answer = await receive(receiver, inbox.endpointId, await genuine(vector));
    expect(answer.status).toBe(200);
    expect(await countEvents(inbox)).toBe(1);
  });

  const here = forgedRequests.filter((forged) => forged.preset === preset);
  it.each(here.map((forged) => [forged.name, forged] as const))(
    '%s, nothing kept',
    async (_, { make, code }) => {
      const answer = await receive(receiver, inbox.endpointId, await make(vector));
      expect({ status: answer.status, code: codeOf(answer.body) }).toEqual({ status: 401, code });
      expect(await countEvents(inbox)).toBe(0);
    },
  );
});

const byGitHub = (secret: string): Sent => {
  const body = '{"action":"opened"}';
  const headers = Object.entries(githubHeaders(secret, body)).map(([name, value]) => [
    name,
    [value],
  ]);
  return {
    method: 'POST',
    url,
    search: '',
    headers: Object.fromEntries(headers) as Sent['headers'],
    body: Buffer.from(body),
    proof: '',
  };
};

describe('secrets of others, and of before', () => {
  it('56: a right signature by the secret of another workspace → 401, there 200', async () => {
    const [ours, theirs] = [await inbox.addEndpoint(), await inbox.addEndpoint()];
    const receiver = inbox.receiver();
    const sent = byGitHub(theirs.secret);
    const here = await receive(receiver, ours.endpointId, sent);
    expect({ status: here.status, code: codeOf(here.body) }).toEqual({
      status: 401,
      code: 'webhooks.signature_invalid',
    });
    expect((await receive(receiver, theirs.endpointId, sent)).status).toBe(200);
    await receiver.close();
  });

  it.each([
    ['57: the secret before, within its window → 200', '1 minute', 200],
    ['57: the secret before, after its window → 401', '-1 second', 401],
  ])('%s', async (_, until, status) => {
    const { workspaceId, endpointId, secret } = await inbox.addEndpoint();
    const place = { workspaceId, ownerId: endpointId, field: 'webhook_secret' };
    const { envelope } = sealTo(inbox.gatewayKey.publicKey, 'the secret that came after', place);
    await inbox.admin`update private.webhook_secrets set previous_envelope = envelope,
      envelope = ${envelope}, previous_until = now() + ${until}::interval where endpoint_id = ${endpointId}`;
    const receiver = inbox.receiver();
    expect((await receive(receiver, endpointId, byGitHub(secret))).status).toBe(status);
    await receiver.close();
  });
});

it('52: a signature of 20 kB at the gateway → 431 before anybody reads it', async () => {
  const receiver = inbox.receiver();
  const gateway = await gatewayBefore({ db: inbox.web, webUrl: 'http://127.0.0.1:1', receiver });
  const overrides = { 'x-hub-signature-256': `sha256=${'a'.repeat(20_000)}` };
  const answer = await exchange(
    gateway.port,
    requestBytes(inbox, '{}', { overrides }).toString('latin1'),
    'latin1',
  );
  expect(readAnswer(answer).status).toBe(431);
  await gateway.close();
});
