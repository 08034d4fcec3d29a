import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeWebhooks,
  parseTemplate,
  type SignedScheme,
  webhookDescriptorSchema,
} from '#lib/connectors/protocol/index';

const github = codeWebhooks.github.descriptor;
const scheme: SignedScheme = github.scheme;
const reasons = (changed: object): string[] =>
  (
    webhookDescriptorSchema.safeParse({ ...github, scheme: { ...scheme, ...changed } }).error
      ?.issues ?? []
  ).map(({ path, message }) => `${path.join('.')} ${message}`);

const header = (name: string) => ({ from: { in: 'header', name }, unit: 's', toleranceMs: 1_000 });

describe('webhookDescriptorSchema', () => {
  it('takes a good one and gives it back', () => {
    expect(webhookDescriptorSchema.parse(github)).toEqual(github);
  });

  it('has no answer made with our secret to a question nobody has signed', () => {
    const question = {
      when: { has: 'body', path: ['token'] },
      answer: { as: 'json_hmac', path: ['token'], plainKey: 'plain', hmacKey: 'signed' },
      brings: null,
    };
    const takes = (isSigned: boolean, scheme: object = github.scheme): boolean =>
      webhookDescriptorSchema.safeParse({
        ...github,
        scheme,
        handshakes: [{ ...question, isSigned }],
      }).success;
    expect(takes(true)).toBe(true);
    expect(takes(false)).toBe(false);
    expect(takes(true, { kind: 'none' })).toBe(false);
  });

  it.each([
    [{ signed: '{timestamp}.', timestamp: header('x-time') }, 'says nothing of the body'],
    [{ signed: '{body}', timestamp: header('x-time') }, 'leaves the time out'],
    [{ signed: '{timestamp}{body}' }, 'nothing says where it stands'],
    [
      {
        signed: '{timestamp}{body}',
        timestamp: { ...header('x'), from: { in: 'pair', key: 't' } },
      },
      'stands in a pair',
    ],
    [{ signed: '{body}', bodyHashParam: 'hash' }, 'no {url}'],
    // Without the parameter nothing of the body would be signed.
    [{ signed: '{url}', bodyHashParam: 'hash' }, 'says nothing of the body'],
    // Each place is read anew, before anything is proven.
    [{ signed: `{body}${'{method}'.repeat(20)}` }, 'more than 20 places and texts'],
    [{ signed: '{body}.{body}' }, 'names the body more than once'],
    [{ signed: '{secret}{body}' }, 'a place that is not known'],
    [{ signed: '{body' }, 'a place that is not known'],
    [{ signed: '{header:bad name}{body}' }, 'a place that is not known'],
    [{ signed: 'x'.repeat(501) }, 'signed'],
    [{ offered: { as: 'whole', headers: [], prefix: '' } }, 'offered'],
    [{ offered: { as: 'whole', headers: ['a:b'], prefix: '' } }, 'not the name of a header'],
    [{ timestamp: { ...header('x-time'), toleranceMs: 86_400_001 } }, 'timestamp'],
    [{ alg: 'md5' }, 'alg'],
    [{ alg: 'none' }, 'alg'],
    [{ extra: 1 }, 'extra'],
  ])('refuses %j: %s', (changed, reason) => {
    expect(reasons(changed).join('\n')).toContain(reason);
  });

  it('refuses a handshake that cannot be signed and claims to be', () => {
    const handshakes = [
      {
        when: { has: 'method', method: 'HEAD' },
        isSigned: true,
        answer: { as: 'empty', status: 200 },
        brings: null,
      },
    ];
    expect(webhookDescriptorSchema.safeParse({ ...github, handshakes }).success).toBe(false);
  });

  it('refuses anything else without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(webhookDescriptorSchema.safeParse(value).success).toBe(false);
      }),
    );
  });
});

describe('parseTemplate', () => {
  it('takes places and text apart', () => {
    expect(parseTemplate('v0:{timestamp}:{header:x-id}/{json:data.id}{body}')).toEqual([
      { part: 'text', text: 'v0:' },
      { part: 'timestamp' },
      { part: 'text', text: ':' },
      { part: 'header', name: 'x-id' },
      { part: 'text', text: '/' },
      { part: 'json', path: ['data', 'id'] },
      { part: 'body' },
    ]);
  });

  it('takes text without braces as it is', () => {
    const text = fc.string({ minLength: 1 }).map((any) => `${any.replace(/[{}]/g, '')}.`);
    fc.assert(
      fc.property(text, (plain) => {
        expect(parseTemplate(plain)).toEqual([{ part: 'text', text: plain }]);
      }),
    );
  });
});
