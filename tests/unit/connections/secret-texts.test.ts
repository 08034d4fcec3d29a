import { describe, expect, it } from 'vitest';
import { maskSecrets, secretTexts } from '#lib/connections/secret-texts';
import { sendCredential, toSecret } from '#lib/connections/send-credential';
import { httpApiKeyManifest, httpBasicManifest } from '#lib/connectors/generic/manifest';

const keyed = (header: string, key: string): string[] => {
  const secret = toSecret('api_key', { header, key });
  return secretTexts(secret, sendCredential(httpApiKeyManifest, 'api_key')(secret));
};
const basic = (username: string, password: string): string[] => {
  const secret = toSecret('basic', { username, password });
  return secretTexts(secret, sendCredential(httpBasicManifest, 'basic')(secret));
};

describe('what a service could repeat of a credential', () => {
  it.each(['X-Api-Key', 'Authorization', 'Authorization Bearer', 'Authorization Token'])(
    'the key alone, though it is sent in %s',
    (header) => {
      expect(keyed(header, 'canary-key')).toContain('canary-key');
    },
  );

  it('a password without its name, and the pair in the clear', () => {
    const texts = basic('ada', 'canary:password');
    expect(texts).toContain('canary:password');
    expect(texts).toContain('ada:canary:password');
  });

  it('as JSON, as PHP writes JSON, and as an address holds it', () => {
    const texts = basic('ada', 'can"ary/?');
    for (const spelling of ['can\\"ary/?', 'can\\"ary\\/?', 'can%22ary%2F%3F']) {
      expect(texts).toContain(spelling);
    }
  });

  it('nothing so short that it would be found by chance', () => {
    expect(basic('ada', 'abc')).not.toContain('abc');
  });

  it('is masked wherever it stands', () => {
    const said = 'No: Token canary-key (canary-key)';
    expect(maskSecrets(said, keyed('Authorization Token', 'canary-key'))).toBe('No: … (…)');
  });
});
