import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { diagnose, old, present, vectorOf } from './diagnose-fixture.ts';
import { genuine, type Sent, sentAtMs, url } from './schemes/vector.ts';
import { vectors } from './schemes/vectors.ts';

const signedOver = async (preset: string, signed: string, received: string): Promise<Sent> => ({
  ...(await genuine(vectorOf(preset), { body: signed })),
  body: Buffer.from(received),
});

const withHeader = (sent: Sent, name: string, value: string | undefined): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name]: value === undefined ? undefined : [value] },
});

describe('diagnoseRefusal: the body', () => {
  const object = { b: 1, 'ä/': [true, 'a, b: c'], nested: { x: null } };
  const plain = JSON.stringify(object);

  it.each([
    ['indented by two', JSON.stringify(object, null, 2)],
    ['indented by four', JSON.stringify(object, null, 4)],
    ['spaces', '{"b": 1, "ä/": [true, "a, b: c"], "nested": {"x": null}}'],
    ['escapes', '{"b":1,"\\u00e4/":[true,"a, b: c"],"nested":{"x":null}}'],
    ['slashes', plain.replaceAll('/', '\\/')],
  ])('was signed as written with %s', async (_, original) => {
    const { code } = await diagnose({
      preset: 'github',
      sent: await signedOver('github', original, plain),
    });
    expect(code).toBe('body_reserialised');
  });

  it('was signed without spaces and came with them', async () => {
    const sent = await signedOver('stripe', plain, JSON.stringify(object, null, 2));
    expect((await diagnose({ preset: 'stripe', sent })).code).toBe('body_reserialised');
  });

  it.each([
    ['{"a":1}\n', '{"a":1}'],
    ['{"a":1}', '{"a":1}\n'],
    ['{"a":1}\r\n', '{"a":1}'],
    ['{\r\n"a":1}', '{\n"a":1}'],
    ['{"a":1}', '\uFEFF{"a":1}'],
  ])('signed %j came as %j', async (signed, received) => {
    const sent = await signedOver('github', signed, received);
    expect((await diagnose({ preset: 'github', sent })).code).toBe('body_line_ends');
  });

  it('SendGrid’s last line end is signed too', async () => {
    const sent = await signedOver('sendgrid', '[{"event":"open"}]\r\n', '[{"event":"open"}]');
    expect((await diagnose({ preset: 'sendgrid', sent })).code).toBe('body_line_ends');
  });
});

describe('diagnoseRefusal: the secret', () => {
  it('is the old one, and since when it is old', async () => {
    for (const { preset, keys, otherKeys } of vectors) {
      const sent = await genuine(vectorOf(preset));
      const diagnosis = await diagnose({
        preset,
        sent,
        secrets: [present(otherKeys.paste), old(keys.paste)],
      });
      expect(diagnosis.code, preset).toBe('secret_retired');
      expect(diagnosis.sentence).toContain('1970-01-01T00:00:01');
    }
  });

  it.each(['key and a line end\n', ' key', '"key"', "'key' ", 'Bearer key'])(
    'was pasted with more than itself: %j',
    async (pasted) => {
      const bare = pasted
        .trim()
        .replace(/^(?:Bearer )|["']/g, '')
        .replaceAll(/["']/g, '');
      const sent = await genuine(vectorOf('github'), { key: bare });
      const diagnosis = await diagnose({ preset: 'github', sent, secrets: [present(pasted)] });
      expect(diagnosis.code).toBe('secret_stray_characters');
    },
  );

  it('stands at the service with a line end', async () => {
    const sent = await genuine(vectorOf('slack'), { key: 'key\n' });
    const diagnosis = await diagnose({ preset: 'slack', sent, secrets: [present('key')] });
    expect(diagnosis.code).toBe('secret_stray_characters');
  });

  it('was read in another way', async () => {
    const key = Buffer.alloc(32, 5);
    const sent = (text: string | Buffer): Promise<Sent> =>
      genuine({
        ...vectorOf('github'),
        sign: ({ body }) => {
          const proof = createHmac('sha256', text).update(body).digest('hex');
          return { headers: { 'X-Hub-Signature-256': `sha256=${proof}` }, proof };
        },
      });
    for (const pasted of [
      key.toString('base64'),
      key.toString('hex'),
      `whsec_${key.toString('base64')}`,
    ]) {
      const secrets = [present(pasted)];
      const diagnosis = await diagnose({ preset: 'github', sent: await sent(key), secrets });
      expect(diagnosis.code, pasted).toBe('secret_encoding');
      expect(diagnosis.sentence).not.toContain(pasted);
    }
  });

  it('is none of this address: nothing more is said', async () => {
    for (const vector of vectors) {
      const sent = await genuine(vector, { key: vector.otherKeys.sign });
      const { code, sentence } = await diagnose({ preset: vector.preset, sent });
      expect(code, vector.preset).toBe('no_match');
      expect(sentence).toContain('secrets of other addresses are not tried');
    }
  });
});

describe('diagnoseRefusal: time, address and form', () => {
  it('says by how much a clock is wrong, either way', async () => {
    const sent = await genuine(vectorOf('slack'));
    const late = await diagnose({ preset: 'slack', sent, nowMs: sentAtMs + 312_000 });
    expect(late).toMatchObject({ code: 'clock_skew' });
    expect(late.sentence).toContain('312 s ago; 300 s are allowed');
    const early = await diagnose({ preset: 'slack', sent, nowMs: sentAtMs - 4_000_000 });
    expect(early.sentence).toContain('4000 s ahead');
  });

  it.each([
    ['1760000000000', 'timestamp_unit'],
    ['abc', 'timestamp_malformed'],
    ['', 'timestamp_missing'],
    [undefined, 'timestamp_missing'],
  ])('the timestamp %j: %s', async (stamp, code) => {
    const sent = withHeader(await genuine(vectorOf('slack')), 'x-slack-request-timestamp', stamp);
    expect((await diagnose({ preset: 'slack', sent })).code).toBe(code);
  });

  it.each([
    ['http for https', url.replace('https:', 'http:'), []],
    ['a slash at the end', `${url}/`, []],
    ['the port', url.replace('.com/', '.com:443/'), []],
    ['another address of ours', 'https://old.example.com/hook', ['https://old.example.com/hook']],
  ])('was signed for %s', async (_, signedUrl, otherUrls) => {
    for (const preset of ['square', 'trello', 'hubspot']) {
      const vector = vectorOf(preset);
      const sent = await genuine(vector);
      const search = sent.search;
      const forged = createHmac(preset === 'trello' ? 'sha1' : 'sha256', vector.keys.sign);
      const stamp = sent.headers['x-hubspot-request-timestamp']?.[0] ?? '';
      const body = Buffer.from(sent.body).toString();
      const at = `${signedUrl}${search.replace('%2F', '/')}`;
      const content = { square: `${at}${body}`, trello: `${body}${at}` }[preset];
      const proof = forged.update(content ?? `POST${at}${body}${stamp}`).digest('base64');
      const header = Object.keys(sent.headers).find((name) => /signature|trello/.test(name)) ?? '';
      const moved = withHeader(sent, header, proof);
      const diagnosis = await diagnose({ preset, sent: moved, otherUrls });
      expect(diagnosis.code, preset).toBe('url_other');
      expect(diagnosis.sentence).toContain(signedUrl);
    }
  });

  it('cannot be judged while nobody has said the address', async () => {
    const sent = { ...(await genuine(vectorOf('square'))), url: null };
    expect((await diagnose({ preset: 'square', sent })).code).toBe('url_unknown');
  });

  it.each(['sha1', 'sha512'] as const)('came by %s', async (alg) => {
    const sent = await genuine(vectorOf('github'));
    const digest = createHmac(alg, vectorOf('github').keys.sign).update(sent.body).digest('hex');
    for (const value of [`${alg}=${digest}`, digest]) {
      const other = withHeader(sent, 'x-hub-signature-256', value);
      expect((await diagnose({ preset: 'github', sent: other })).code).toBe('algorithm_other');
    }
  });

  it('came in another form', async () => {
    const sent = await genuine(vectorOf('github'));
    const base64 = Buffer.from(sent.proof, 'hex').toString('base64');
    for (const value of [
      sent.proof,
      `sha256=${sent.proof.toUpperCase()}`,
      base64,
      `sha256=${base64}`,
    ]) {
      const other = withHeader(sent, 'x-hub-signature-256', value);
      expect((await diagnose({ preset: 'github', sent: other })).code, value).toBe(
        'encoding_other',
      );
    }
    const nonsense = withHeader(sent, 'x-hub-signature-256', 'sha256=xyz');
    expect((await diagnose({ preset: 'github', sent: nonsense })).code).toBe('signature_malformed');
  });

  it('names the header that is missing and what looks like one', async () => {
    const sent = await genuine(vectorOf('github'));
    const without = withHeader(sent, 'x-hub-signature-256', undefined);
    const like = withHeader(without, 'x-hub-signature', `sha1=${'0'.repeat(40)}`);
    const bare = { ...without, headers: { host: ['x'] } };
    expect((await diagnose({ preset: 'github', sent: like })).sentence).toContain(
      'x-hub-signature',
    );
    expect((await diagnose({ preset: 'github', sent: bare })).code).toBe('header_missing');
    const twice = { ...sent, headers: { 'x-hub-signature-256': ['a', 'b'] } };
    expect((await diagnose({ preset: 'github', sent: twice })).code).toBe('header_doubled');
  });

  it('tells of tokens that ended, or are for somebody else', async () => {
    const sent = await genuine(vectorOf('monday'));
    const ended = await diagnose({ preset: 'monday', sent, nowMs: sentAtMs + 400_000 });
    expect(ended).toMatchObject({ code: 'token_expired' });
    expect(ended.sentence).toContain('100 s ago');
    const elsewhere = await diagnose({ preset: 'monday', sent: { ...sent, url: `${url}0` } });
    expect(elsewhere.code).toBe('token_audience');
    const head = Buffer.from('{"alg":"none"}').toString('base64url');
    const none = withHeader(sent, 'authorization', `${head}.e30.AAAA`);
    expect((await diagnose({ preset: 'monday', sent: none })).code).toBe('algorithm_other');
    const junk = withHeader(sent, 'authorization', 'junk');
    expect((await diagnose({ preset: 'monday', sent: junk })).code).toBe('signature_malformed');
  });
});
