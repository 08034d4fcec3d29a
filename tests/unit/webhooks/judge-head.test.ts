import { describe, expect, it } from 'vitest';
import type { WebhookManifest } from '#lib/connectors/protocol/index';
import { judgeHead, judgeTransport } from '#lib/webhooks/judge-head';

const manifest: WebhookManifest = {
  scheme: 'hmac_sha256_hex',
  signatureHeader: 'X-Signature',
  prefix: 'sha256=',
  deliveryHeader: 'X-Delivery',
  eventHeader: 'X-Event',
  events: [],
};
const good = { 'x-delivery': ['d-1'], 'x-event': ['issues'], 'x-signature': ['sha256=00'] };
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
    expect(codeOf(judgeTransport(method, headers))).toBe(code);
  });
});

describe('judgeHead', () => {
  it('reads id, event and signature', () => {
    expect(judgeHead(manifest, good)).toEqual({
      ok: true,
      value: { deliveryId: 'd-1', event: 'issues', signature: 'sha256=00' },
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

  it('takes two signatures for none', () => {
    const result = judgeHead(manifest, { ...good, 'x-signature': ['sha256=00', 'sha256=11'] });
    expect(result.ok && result.value.signature).toBeNull();
  });
});
