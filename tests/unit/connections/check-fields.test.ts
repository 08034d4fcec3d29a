import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBaseUrl, checkFields, cleanPasted } from '#lib/connections/check-fields';
import { sendCredential, toSecret } from '#lib/connections/send-credential';
import type { BasicMode, KeyMode } from '#lib/connectors/protocol/index';
import { isHubError } from '#lib/core/index';
import { manifest } from '../../integration/connections/fake-provider.ts';

const field = { label: 'Key', placeholder: null, help: null };
const key: KeyMode = {
  kind: 'api_key',
  fields: { key: { ...field, pattern: 'rk_[A-Za-z0-9]+', patternWords: 'begins with rk_' } },
  sent: { in: 'header', name: 'X-Key', prefix: 'Token ' },
  permissions: { read: [], write: [], webhooks: [] },
  consoleUrl: null,
  baseUrl: null,
};
const basic: BasicMode = {
  kind: 'basic',
  fields: {
    username: { ...field, pattern: '.+@.+', patternWords: 'is an e-mail address' },
    password: { ...field, pattern: '.+', patternWords: 'is any text' },
  },
  permissions: { read: [], write: [], webhooks: [] },
  consoleUrl: null,
  baseUrl: { label: 'Address', placeholder: null, help: null, isRequired: true },
};

/** [field, reason] of every fault. */
function faultsOf(act: () => unknown): string[][] {
  try {
    act();
  } catch (error) {
    if (!isHubError(error) || error.code !== 'request.invalid') throw error;
    const errors = error.details?.['errors'] as { field: string; reason: string }[];
    return errors.map(({ field: name, reason }) => [name, reason]);
  }
  return [];
}

describe('what is pasted', () => {
  it.each([
    ['rk_live1'],
    [' rk_live1\r\n'],
    ['\n\trk_live1\t\n'],
    ['"rk_live1"'],
    ["'rk_live1'\n"],
    ['“rk_live1”'],
    ['` rk_live1 `'],
    ['\ufeffrk_live1\u200b'],
  ])('%j is the key in it', (text) => {
    expect(checkFields(key, { key: text })).toEqual({ key: 'rk_live1' });
  });

  it('is read in one go, however long the blank in the middle of it is', () => {
    const text = `rk_${' '.repeat(400_000)}x`;
    expect(cleanPasted(` ${text} `)).toBe(text);
  });

  it.each([
    ['', 'is missing'],
    ['  \r\n ', 'is missing'],
    ['""', 'is missing'],
    ['rk_a\r\nX-Admin: 1', 'holds a line break'],
    ['rk_a\nrk_b', 'holds a line break'],
    ['rk_a\u0000', 'holds a character that cannot be typed'],
    ['rk_\ud800', 'holds a character that cannot be typed'],
    ['rk_a b', 'holds a space'],
    ['rk_а', 'holds a character no key has'],
    ['sk_live1', 'does not fit: it begins with rk_'],
    ['rk_live1" or "1', 'holds a space'],
    ['"rk_live1', 'does not fit: it begins with rk_'],
    [`rk_${'a'.repeat(65_536)}`, 'is longer than 4096 characters'],
  ])('%j: %s', (text, reason) => {
    expect(faultsOf(() => checkFields(key, { key: text }))).toEqual([['fields.key', reason]]);
  });

  it('every field that is wrong is named, and none that is unknown passes', () => {
    expect(
      faultsOf(() => checkFields(basic, { username: 'a:b@c', password: '', token: 'x' })),
    ).toEqual([
      ['fields.token', 'is no field of this form'],
      ['fields.username', 'holds a colon'],
      ['fields.password', 'is missing'],
    ]);
    expect(faultsOf(() => checkFields(basic, { constructor: 'x' })).map(([name]) => name)).toEqual([
      'fields.constructor',
      'fields.username',
      'fields.password',
    ]);
  });

  it('a password keeps its spaces and its letters', () => {
    const fields = { username: 'ada@example.com', password: ' pässword with spaces ' };
    expect(checkFields(basic, fields)).toEqual({
      username: 'ada@example.com',
      password: 'pässword with spaces',
    });
  });

  it('never stands in a fault, and never travels in more than one line of a header', () => {
    const come = (text: string): { secret: string } | { said: string } => {
      try {
        return { secret: toSecret('api_key', checkFields(key, { key: text })) };
      } catch (error) {
        if (!isHubError(error)) throw error;
        return { said: JSON.stringify([error.message, error.details]) };
      }
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 6, maxLength: 60 }), (text) => {
        const came = come(text);
        const isClean = 'secret' in came && /^[\x21-\x7e]+$/.test(came.secret);
        const isSilent = 'said' in came && !came.said.includes(JSON.stringify(text).slice(1, -1));
        expect(isClean || isSilent).toBe(true);
        expect(cleanPasted(cleanPasted(text)).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('the address of a self-hosted instance', () => {
  it.each([
    [undefined, 'is missing'],
    ['', 'is missing'],
    ['tracker.example.com', 'must begin with https://'],
    ['ftp://tracker.example.com', 'must begin with https://'],
    ['javascript:alert(1)', 'must begin with https://'],
    ['https://ada:secret@tracker.example.com', 'carries a name or password'],
    ['https://tracker.example.com/?key=1', 'ends in a query or a fragment'],
    ['https://tracker.example.com/#/', 'ends in a query or a fragment'],
  ])('%j %s', (text, reason) => {
    expect(faultsOf(() => checkBaseUrl(basic, text))).toEqual([['base_url', reason]]);
  });

  it('is taken with a path, and refused where nobody can host one', () => {
    expect(checkBaseUrl(basic, ' https://tracker.example.com/redmine ')).toBe(
      'https://tracker.example.com/redmine',
    );
    expect(checkBaseUrl(key, undefined)).toBeNull();
    expect(faultsOf(() => checkBaseUrl(key, 'https://a.example'))).toEqual([
      ['base_url', 'is no field of this form'],
    ]);
  });
});

describe('how a credential is sent', () => {
  const sent = (mode: KeyMode | BasicMode, secret: string) =>
    sendCredential({ ...manifest, auth: [mode] }, mode.kind)(secret);

  it('in the one header the manifest names', () => {
    expect(sent(key, 'rk_1')).toEqual({ 'x-key': 'Token rk_1' });
    expect(sent({ ...key, sent: { in: 'basic_username' } }, 'rk_1')).toEqual({
      authorization: `Basic ${btoa('rk_1:')}`,
    });
    expect(sendCredential(manifest, 'oauth2')('token')).toEqual({ authorization: 'Bearer token' });
  });

  it('as RFC 7617 has it, in UTF-8', () => {
    // The example of RFC 7617 §2.1.
    const secret = toSecret('basic', { username: 'test', password: '123£' });
    expect(sent(basic, secret)).toEqual({ authorization: 'Basic dGVzdDoxMjPCow==' });
  });
});
