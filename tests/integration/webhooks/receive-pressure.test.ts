import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Db, transaction } from '#lib/db/index';
import { type Receiver, receiverConnections } from '#lib/webhooks/index';
import { signed } from './bad-requests.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

let inbox: InboxFixture;
let receiver: Receiver;
let own: Db;

beforeAll(async () => {
  inbox = await inboxFixture();
  own = connect({ url: inbox.database.webUrl, name: 'test-inbox', max: receiverConnections });
  receiver = inbox.receiver({ db: own, aside: inbox.web });
});
afterAll(async () => {
  await receiver.close();
  await own.end({ timeout: 5 });
  await inbox.close();
});

async function* bytes(text: string | Buffer): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const request = (
  body: AsyncIterable<Uint8Array>,
  headers: Record<string, string>,
  endpointId: string,
) => ({
  method: 'POST',
  connector: 'github',
  endpointId,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body,
});

const post = (
  body: AsyncIterable<Uint8Array>,
  headers: Record<string, string>,
  endpointId = inbox.endpointId,
) => receiver.receive(request(body, headers, endpointId));

it('a webhook is kept while all other work of the process holds every connection there is', async () => {
  const poolSize = 6;
  const held: Promise<void>[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding: Promise<void>[] = [];
  for (let count = 0; count < poolSize; count += 1) {
    holding.push(
      new Promise((resolve) => {
        held.push(
          transaction(inbox.web, async (tx) => {
            await tx`select 1`;
            resolve();
            await released;
          }),
        );
      }),
    );
  }
  await Promise.all(holding);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => {
      const sent = signed(inbox.secret, `{"n":${n}}`);
      return post(bytes(sent.body), sent.headers);
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  const kept = await inbox.admin`select 1 from public.inbox_events`;
  expect(kept).toHaveLength(20);
  release();
  await Promise.all(held);
});

describe('senders that do not finish', () => {
  const megabyte = 1_048_576;
  /** So much of a body has come, and no more comes until it is let go. */
  function slowSenders() {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const state = { reading: 0, finish };
    async function* body(size: number): AsyncGenerator<Uint8Array> {
      if (size > 0) yield Buffer.alloc(size);
      state.reading += 1;
      await finished;
    }
    return { state, body };
  }
  const announced = () => ({
    ...signed(inbox.secret).headers,
    'content-length': String(megabyte),
  });

  it('announce a megabyte each, send nothing, and hold nobody up', async () => {
    const { state, body } = slowSenders();
    const held = Array.from({ length: 500 }, () => post(body(0), announced()));
    await expect.poll(() => state.reading).toBe(500);
    const sent = signed(inbox.secret, '{"beside":1}');
    expect(await post(bytes(sent.body), sent.headers)).toMatchObject({ status: 200 });
    state.finish();
    expect((await Promise.all(held)).every(({ status }) => status === 401)).toBe(true);
  });

  it('fill the room of their own endpoint, which is asked to come again, and no other’s', async () => {
    const { state, body } = slowSenders();
    const other = await inbox.addEndpoint();
    const held = Array.from({ length: 9 }, () => post(body(megabyte - 65_536), announced()));
    await expect.poll(() => state.reading).toBe(8);
    let isTouched = false;
    async function* untouched(): AsyncGenerator<Uint8Array> {
      isTouched = true;
      yield* [];
    }
    const refused = await post(untouched(), announced());
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'webhooks.overloaded' });
    expect(isTouched).toBe(false);
    const sent = signed(other.secret, '{"other":1}');
    expect(await post(bytes(sent.body), sent.headers, other.endpointId)).toMatchObject({
      status: 200,
    });
    state.finish();
    const statuses = (await Promise.all(held)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 8 }, () => 401),
      503,
    ]);
    const after = signed(inbox.secret, '{"after":1}');
    expect(await post(bytes(after.body), after.headers)).toMatchObject({ status: 200 });
  });

  it('are not waited for: 408, and nothing is kept', async () => {
    const impatient = inbox.receiver({
      db: own,
      aside: inbox.web,
      patience: { idleMs: 20, totalMs: 60_000 },
    });
    const { body } = slowSenders();
    const answer = await impatient.receive(request(body(10), announced(), inbox.endpointId));
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'request.timeout' });
    await impatient.close();
  });

  it('that send a byte now and then are cut when all patience is used up', async () => {
    const impatient = inbox.receiver({
      db: own,
      aside: inbox.web,
      patience: { idleMs: 200, totalMs: 400 },
    });
    async function* dripping(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield Buffer.from('x');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    const answer = await impatient.receive(request(dripping(), announced(), inbox.endpointId));
    expect(answer.status).toBe(408);
    await impatient.close();
  });
});
