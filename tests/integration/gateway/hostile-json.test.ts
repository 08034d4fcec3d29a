import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonDocument, jsonDocuments } from '../../fixtures/hostile/json-documents.ts';
import { naughtyStrings } from '../../fixtures/hostile/naughty-strings.ts';
import { githubHeaders, type InboxFixture, inboxFixture } from '../webhooks/inbox-fixture.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';

let inbox: InboxFixture;
let gateway: GatewayProcess;
let before = 0;

beforeAll(async () => {
  inbox = await inboxFixture();
  gateway = await startGatewayProcess(inbox);
  await Promise.all(Array.from({ length: 200 }, (_, n) => post(Buffer.from(`{"warm":${n}}`))));
  before = gateway.residentMb();
});
afterAll(async () => {
  await gateway.stop();
  await inbox.close();
});

interface Answered {
  status: number;
  type: string | null;
  body: { id?: string; code?: string; status?: unknown };
}

/** Signed as GitHub signs, so that what is judged is the body. */
async function post(body: Buffer): Promise<Answered> {
  const answer = await fetch(`${gateway.origin}/api/webhooks/github/${inbox.endpointId}`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: githubHeaders(inbox.secret, body),
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: (await answer.json()) as Answered['body'],
  };
}

/** Sends everything, a few at a time. */
async function postAll(bodies: readonly Buffer[]): Promise<Answered[]> {
  const answers: Answered[] = [];
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < bodies.length) {
      const at = next;
      next += 1;
      answers[at] = await post(bodies[at] ?? Buffer.alloc(0));
    }
  };
  await Promise.all(Array.from({ length: 12 }, sender));
  return answers;
}

/** Bytes of every event that was taken, against what was sent. */
async function differing(bodies: readonly Buffer[], answers: readonly Answered[]): Promise<number> {
  const rows = await inbox.admin<{ id: string; body: Buffer }[]>`
    select id, body from public.inbox_events`;
  const kept = new Map(rows.map((row) => [row.id, row.body]));
  return answers.filter(({ status, body }, at) => {
    const sent = bodies[at] ?? Buffer.alloc(0);
    return status === 200 && body.id !== undefined && !kept.get(body.id)?.equals(sent);
  }).length;
}

const wrapped = (document: JsonDocument): Buffer =>
  Buffer.concat([Buffer.from('{"payload":'), document.bytes, Buffer.from('}')]);
const isTyped = ({ status, type, body }: Answered): boolean =>
  status === 200
    ? body.status === 'accepted' || body.status === 'duplicate'
    : status === 400 && type === 'application/problem+json' && typeof body.code === 'string';

describe(`${jsonDocuments.length} JSON documents, as body and inside of one`, () => {
  it('are more than the known suites hold', () => {
    expect(jsonDocuments.length).toBeGreaterThanOrEqual(318);
    for (const kind of ['y', 'n', 'i']) {
      expect(jsonDocuments.filter((one) => one.kind === kind).length).toBeGreaterThan(20);
    }
  });

  it('inside: what the grammar allows is taken and kept byte for byte, what it does not is a typed 400', async () => {
    const bodies = jsonDocuments.map(wrapped);
    const answers = await postAll(bodies);
    const wrong = jsonDocuments.filter(({ kind, refused }, at) => {
      const answer = answers[at];
      if (!answer || !isTyped(answer)) return true;
      if (refused !== undefined) return answer.body.code !== refused;
      if (kind === 'i') return false;
      return (answer.status === 200) !== (kind === 'y');
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(await differing(bodies, answers)).toBe(0);
  });

  it('as the body itself: an object is taken, everything else is a typed 400', async () => {
    const bodies = jsonDocuments.map(({ bytes }) => bytes);
    const answers = await postAll(bodies);
    const wrong = jsonDocuments.filter(({ kind, bytes }, at) => {
      const answer = answers[at];
      const isObject = /^\s*\{/.test(bytes.toString('latin1'));
      if (!answer || !isTyped(answer)) return true;
      return kind === 'y'
        ? (answer.status === 200) !== isObject
        : kind === 'n' && answer.status === 200;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(await differing(bodies, answers)).toBe(0);
  });
});

describe(`${naughtyStrings.length} naughty strings, as value and as name`, () => {
  it('48: are taken and come back byte for byte, or are a typed 400', async () => {
    expect(naughtyStrings.length).toBeGreaterThanOrEqual(515);
    const bodies = naughtyStrings.flatMap((text, n) => [
      Buffer.from(JSON.stringify({ n, text })),
      Buffer.from(JSON.stringify({ [`${n}${text}`]: n })),
    ]);
    const answers = await postAll(bodies);
    expect(answers.filter((answer) => !isTyped(answer))).toEqual([]);
    expect(await differing(bodies, answers)).toBe(0);
    const refused = naughtyStrings.filter((_, n) => answers[n * 2]?.status !== 200);
    expect(refused.filter((text) => !text.includes('\u0000'))).toEqual([]);
  });

  it('unescaped, as their UTF-8: likewise', async () => {
    const bodies = naughtyStrings.map((text, n) => Buffer.from(`{"n":${n},"text":"${text}"}`));
    const answers = await postAll(bodies);
    expect(answers.filter((answer) => !isTyped(answer))).toEqual([]);
    expect(await differing(bodies, answers)).toBe(0);
  });

  it('as delivery id and event name: taken or a typed 400, and never half', async () => {
    const sendable = naughtyStrings.filter((text) => /^[\t\x20-\x7e]*$/.test(text));
    const statuses = new Set<number>();
    for (const text of sendable) {
      const answer = await fetch(`${gateway.origin}/api/webhooks/github/${inbox.endpointId}`, {
        method: 'POST',
        body: '{}',
        headers: githubHeaders(inbox.secret, '{}', {
          'x-github-delivery': text.slice(0, 4_000),
          'x-github-event': text.slice(0, 4_000),
        }),
      });
      statuses.add(answer.status);
      await answer.body?.cancel();
    }
    expect(statuses).toEqual(new Set([200, 400]));
    const rows = await inbox.admin<{ event: string; delivery_id: string }[]>`
      select event, delivery_id from public.inbox_events where event <> 'issues'`;
    expect(rows.length).toBeGreaterThan(100);
    const isWhole = (text: string): boolean => /^[\x21-\x2b\x2d-\x7e]{1,255}$/.test(text);
    expect(rows.filter((row) => !isWhole(row.event) || !isWhole(row.delivery_id))).toEqual([]);
    expect(
      rows.filter(({ event }) => !naughtyStrings.some((text) => text.trim() === event)),
    ).toEqual([]);
  });
});

it('after all of that the process runs on, and has grown by 50 MB at most', async () => {
  expect(gateway.ended()).toBeNull();
  expect((await post(Buffer.from('{"after":1}'))).status).toBe(200);
  expect(gateway.residentMb() - before).toBeLessThanOrEqual(50);
});
