import { describe, expect, it } from 'vitest';
import type { WebhookDescriptor, WebhookHandshake } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { completeHead, judgeHead, judgeTransport } from '#lib/webhooks/judge-head';

const manifest: Pick<WebhookDescriptor, 'delivery' | 'event'> = {
  delivery: { from: 'header', name: 'X-Delivery' },
  event: { from: 'header', name: 'X-Event' },
};
const good = { 'x-delivery': ['d-1'], 'x-event': ['issues'] };
const codeOf = (result: ReturnType<typeof judgeHead> | ReturnType<typeof judgeTransport>) =>
  result.ok ? null : result.error.code;

describe('judgeTransport', () => {
  it.each([
    ['GET', {}, 'request.method_not_allowed'],
    ['PUT', {}, 'request.method_not_allowed'],
    ['POST', { 'content-encoding': ['gzip'] }, 'request.unsupported_encoding'],
    ['POST', { 'content-encoding': ['identity'] }, 'request.unsupported_encoding'],
    ['POST', { 'content-length': ['1048577'] }, 'request.too_large'],
    ['POST', { 'content-length': ['99999999999999999999'] }, 'request.too_large'],
    ['POST', { 'content-length': ['-1'] }, 'request.too_large'],
    ['POST', { 'content-length': ['1048576'] }, null],
    ['POST', {}, null],
  ])('%s %j → %s', (method, headers, code) => {
    expect(codeOf(judgeTransport(method, headers, { handshakes: [] }))).toBe(code);
  });

  it('lets another method pass where the service asks by it whether we are there', () => {
    const asked: Pick<WebhookHandshake, 'isSigned' | 'answer' | 'brings'> = {
      isSigned: false,
      answer: { as: 'empty', status: 200 },
      brings: null,
    };
    const handshakes: WebhookHandshake[] = [
      { ...asked, when: { has: 'method', method: 'HEAD' } },
      { ...asked, when: { has: 'query', methods: ['GET'], name: 'challenge' } },
    ];
    for (const method of ['HEAD', 'GET', 'POST']) {
      expect(codeOf(judgeTransport(method, {}, { handshakes }))).toBeNull();
    }
    for (const method of ['PUT', 'OPTIONS', 'TRACE', 'get']) {
      const code = codeOf(judgeTransport(method, {}, { handshakes }));
      expect(code).toBe('request.method_not_allowed');
    }
  });
});

describe('judgeHead', () => {
  it('reads id and event', () => {
    expect(judgeHead(manifest, good)).toEqual({
      ok: true,
      value: { deliveryId: 'd-1', event: 'issues' },
    });
  });

  it.each([
    ['missing', undefined],
    ['empty', ['']],
    ['sent twice', ['d-1', 'd-1']],
    ['joined by a proxy', ['d-1, d-1']],
    ['256 long', ['d'.repeat(256)]],
    ['3,000 long', ['d'.repeat(3_000)]],
    ['with a control character', ['d\u0001']],
    ['with a tab', ['d\t1']],
    ['with a space', ['d 1']],
    ['not ASCII', ['dé']],
  ])('refuses a delivery id that is %s, and an event name likewise', (_, value) => {
    expect(codeOf(judgeHead(manifest, { ...good, 'x-delivery': value }))).toBe(
      'webhooks.header_invalid',
    );
    expect(codeOf(judgeHead(manifest, { ...good, 'x-event': value }))).toBe(
      'webhooks.header_invalid',
    );
  });

  it('takes 255 characters', () => {
    expect(codeOf(judgeHead(manifest, { ...good, 'x-delivery': ['d'.repeat(255)] }))).toBeNull();
  });
});

describe('completeHead', () => {
  const inBody: Pick<WebhookDescriptor, 'delivery' | 'event'> = {
    delivery: { from: 'body', paths: [['event_id'], ['id']] },
    event: { from: 'body', paths: [['event', 'type'], ['type']] },
  };
  const head = { deliveryId: null, event: null };

  it('asks nothing of the headers for what stands in the body', () => {
    expect(judgeHead(inBody, {})).toEqual({ ok: true, value: head });
  });

  it.each([
    [
      { event_id: 'Ev1', event: { type: 'message' } },
      { deliveryId: 'Ev1', event: 'message' },
    ],
    [
      { event_id: 'Ev1', type: 'outer' },
      { deliveryId: 'Ev1', event: 'outer' },
    ],
    [
      { id: 17, type: 'a.b' },
      { deliveryId: '17', event: 'a.b' },
    ],
    [
      { event_id: 'a, b', id: 'c' },
      { deliveryId: 'c', event: 'unknown' },
    ],
    [{ event_id: 'x'.repeat(256) }, { deliveryId: 'hash', event: 'unknown' }],
    [{ event: [{ type: 'message' }] }, { deliveryId: 'hash', event: 'unknown' }],
    [
      { event_id: null, event: 'text' },
      { deliveryId: 'hash', event: 'unknown' },
    ],
    [{}, { deliveryId: 'hash', event: 'unknown' }],
  ])('%j → %j', (body, expected) => {
    expect(completeHead(inBody, head, body, 'hash')).toEqual(expected);
  });

  it('joins facts of which one alone would not be enough', () => {
    const joined: Pick<WebhookDescriptor, 'delivery' | 'event'> = {
      delivery: { from: 'body_joined', paths: [['hook'], ['items', '0', 'id']] },
      event: { from: 'none' },
    };
    const of = (body: JsonObject) => completeHead(joined, head, body, 'hash').deliveryId;
    expect(of({ hook: 'w', items: [{ id: 7 }] })).toBe('w:7');
    expect(of({ hook: 'w', items: [] })).toBe('hash');
    expect(of({ hook: 'w', items: { 0: { id: 'x' } } })).toBe('w:x');
    expect(of({ hook: 'w'.repeat(255), items: [{ id: 7 }] })).toBe('hash');
    const two: Pick<WebhookDescriptor, 'delivery' | 'event'> = {
      delivery: { from: 'headers', names: ['X-Channel', 'X-Number'] },
      event: { from: 'header', name: 'X-Event', isOptional: true },
    };
    const said = judgeHead(two, { 'x-channel': ['c'], 'x-number': ['2'] });
    expect(said).toEqual({ ok: true, value: { deliveryId: 'c:2', event: null } });
    expect(codeOf(judgeHead(two, { 'x-channel': ['c'] }))).toBe('webhooks.header_invalid');
    expect(codeOf(judgeHead(two, { 'x-channel': ['c'], 'x-number': ['2'], 'x-event': [''] }))).toBe(
      'webhooks.header_invalid',
    );
  });

  it('leaves what the headers said', () => {
    const said = { deliveryId: 'd-1', event: 'issues' };
    expect(completeHead(manifest, said, { event_id: 'other', type: 'other' }, 'hash')).toEqual(
      said,
    );
  });
});
