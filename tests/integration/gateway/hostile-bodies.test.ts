import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '#lib/hub/gateway';
import { githubHeaders, type InboxFixture, inboxFixture } from '../webhooks/inbox-fixture.ts';
import { gatewayBefore } from './parts.ts';

let inbox: InboxFixture;
let gateway: Gateway;
beforeAll(async () => {
  inbox = await inboxFixture();
  gateway = await gatewayBefore({
    db: inbox.web,
    webUrl: 'http://127.0.0.1:1',
    receiver: inbox.receiver(),
  });
});
afterAll(async () => {
  await gateway.close();
  await inbox.close();
});

async function post(body: string, over: Record<string, string> = {}) {
  const url = `http://127.0.0.1:${gateway.port}/api/webhooks/github/${inbox.endpointId}`;
  const headers = githubHeaders(inbox.secret, body, over);
  const answer = await fetch(url, { method: 'POST', body, headers });
  const told = (await answer.json()) as { code?: string; id?: string };
  return { status: answer.status, code: told.code ?? '', id: told.id ?? '' };
}
const keptBody = async (id: string): Promise<string | undefined> => {
  const [row] = await inbox.admin<{ body: Buffer }[]>`
    select body from public.inbox_events where id = ${id}`;
  return row?.body.toString('utf8');
};
const nested = (levels: number): string =>
  `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const manyKeys = `{${Array.from({ length: 80_000 }, (_, n) => `"${n}":0`).join()}}`;
const over = 'request.too_large';
const bad = 'request.malformed_json';

/** What the answer must be: taken as it is, or refused with this status and code. */
describe('a signed body', () => {
  it.each<[string, string, number, string]>([
    ['23: 65 levels deep is 400', nested(65), 400, 'request.too_deep'],
    ['23: 64 levels deep is taken', nested(64), 200, ''],
    ['24: 100,000 levels deep is 400', nested(100_000), 400, 'request.too_deep'],
    ['24: 1,000,000 brackets are 400', `{"a":${'['.repeat(1_000_000)}`, 400, 'request.too_deep'],
    [
      '25: 1,000,000 keys are 413: no body holds that many',
      `{${'"a":0,'.repeat(1_000_000)}"b":0}`,
      413,
      over,
    ],
    ['25: as many keys as the limit of bytes allows are taken', manyKeys, 200, ''],
    ['26: one string of 10 MB is 413', `{"a":"${'x'.repeat(10_000_000)}"}`, 413, over],
    ['27: a key of 1 MB is taken', `{"${'k'.repeat(1_000_000)}":1}`, 200, ''],
    ['28: a name twice is 400', '{"id":1,"id":2}', 400, 'request.duplicate_key'],
    [
      '29: a name twice, once escaped, is 400',
      '{"id":1,"\\u0069d":2}',
      400,
      'request.duplicate_key',
    ],
    ['30: __proto__ is a name like any other', '{"__proto__":{"polluted":1}}', 200, ''],
    ['31: constructor.prototype likewise', '{"constructor":{"prototype":{"polluted":1}}}', 200, ''],
    [
      '32: names of methods likewise',
      '{"hasOwnProperty":1,"toString":1,"then":1,"valueOf":1}',
      200,
      '',
    ],
    ['33: U+0000 in a value is 400', '{"a":"\\u0000"}', 400, 'request.unstorable_text'],
    ['34: U+0000 in a name is 400', '{"\\u0000":1}', 400, 'request.unstorable_text'],
    ['35: halves of characters are kept as they are', '{"a":"\\ud800","\\udc00":1}', 200, ''],
    ['36: 9007199254740993 is kept as it is', '{"id":9007199254740993}', 200, ''],
    ['37: 1e400 is kept as it is', '{"a":1e400}', 200, ''],
    ['38: 1e131072 is kept as it is', '{"a":1e131072}', 200, ''],
    ['39: -0 is kept as it is', '{"a":-0}', 200, ''],
    ['40: a number of 1 MB is kept as it is', `{"a":${'1'.repeat(1_000_000)}}`, 200, ''],
    ...['NaN', 'Infinity', '1,', '1 // c', '1 /* c */', "'1'", '0x1'].map(
      (value): [string, string, number, string] => [
        `41: ${value} is 400`,
        `{"a":${value}}`,
        400,
        bad,
      ],
    ),
    ...['null', '"text"', '1', '[]', 'true', '[{"a":1}]'].map(
      (value): [string, string, number, string] => [`42: ${value} alone is 400`, value, 400, bad],
    ),
    ...['null', '0', '"x"', '[]', '{}', 'false'].map((value): [string, string, number, string] => [
      `43: ${value} where an object, a text and a number belong is taken, for the worker to judge`,
      `{"action":${value},"issue":${value},"repository":${value},"sender":${value}}`,
      200,
      '',
    ]),
    ...[
      '0000-00-00',
      '+275760-09-14T00:00:00Z',
      'infinity',
      '2026-02-30',
      '2016-12-31T23:59:60Z',
    ].map((date): [string, string, number, string] => [
      `44: the date ${date} is taken, for the worker to judge`,
      `{"issue":{"updated_at":"${date}"}}`,
      200,
      '',
    ]),
  ])('%s', async (_, body, status, code) => {
    const answer = await post(body);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.status === 200 ? await keptBody(answer.id) : undefined).toBe(
      status === 200 ? body : undefined,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['45: of 3,000 bytes is 400', 'x'.repeat(3_000), 400],
    ['45: of 255 bytes is taken', 'x'.repeat(255), 200],
    ['45: of 256 bytes is 400', 'x'.repeat(256), 400],
    ['46: that is empty is 400', '', 400],
    ['46: that is a blank is 400', ' ', 400],
    ['46: . is taken', '.', 200],
    ['46: .. is taken', '..', 200],
    ['46: with a slash is taken', 'a/b', 200],
    ['46: with %2f is another one, and taken', 'a%2fb', 200],
    ['46: with a tab is 400', 'a\tb', 400],
    ['46: with a comma is 400', 'a,b', 400],
    ['47: with an é is 400: headers are ASCII', 'caf\u00e9', 400],
  ])('a delivery id %s', async (_, id, status) => {
    expect((await post('{}', { 'x-github-delivery': id })).status).toBe(status);
  });

  it('47: ids that look alike are different ones', async () => {
    const ids = ['abc', 'ABC', 'abc.', 'a%62c', 'abc%00'];
    const answers = await Promise.all(ids.map((id) => post('{}', { 'x-github-delivery': id })));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(ids.length);
    const again = await post('{}', { 'x-github-delivery': 'abc' });
    expect([again.status, again.id]).toEqual([200, '']);
  });
});
