import { afterAll, beforeAll, expect, it } from 'vitest';
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

function post(body: AsyncIterable<Uint8Array>, headers: Record<string, string>) {
  return receiver.receive({
    method: 'POST',
    connector: 'github',
    endpointId: inbox.endpointId,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body,
  });
}

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

it('what is too much at once is asked to come again before a byte of it is read', async () => {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let reading = 0;
  async function* slow(): AsyncGenerator<Uint8Array> {
    reading += 1;
    await finished;
    yield* [];
  }
  let isTouched = false;
  async function* untouched(): AsyncGenerator<Uint8Array> {
    isTouched = true;
    yield* [];
  }
  const megabyte = { 'content-length': '1048576' };
  const headers = { ...signed(inbox.secret).headers, ...megabyte };
  const first = Array.from({ length: 64 }, () => post(slow(), headers));
  await expect.poll(() => reading).toBe(64);
  const refused = await post(untouched(), headers);
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'webhooks.overloaded' });
  expect(isTouched).toBe(false);
  finish();
  expect((await Promise.all(first)).every(({ status }) => status === 401)).toBe(true);
  const sent = signed(inbox.secret, '{"after":1}');
  expect(await post(bytes(sent.body), sent.headers)).toMatchObject({ status: 200 });
});
