import { expect, it } from 'vitest';
import { redact } from '#lib/security/index';

it.each([
  'Bearer abcdefgh12345678',
  'authorization: Basic dXNlcjpwYXNzd29yZA==',
  'token gho_abcdefghijklmnopqrst',
  'github_pat_11ABCDEFG0_abcdefghijklmnop',
  'https://x.test/cb?code=abcd1234&state=zyxw9876',
  '{"access_token":"abcd1234","refresh_token": "zyxw9876"}',
  'client_secret=abcd1234',
  'postgres://web:abcd1234@localhost/db',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcd1234',
  'xoxb-1234-abcd1234',
  'X-Hub-Signature-256: sha256=abcd1234',
])('masks the secret in %s', (text) => {
  const masked = redact(text);
  expect(masked).toContain('[redacted]');
  expect(masked).not.toMatch(/abcd1234|zyxw9876|abcdefgh|dXNlcjpwYXNzd29yZA|eyJzdWIiOiIxIn0/);
});

it('leaves a plain sentence alone and bounds a long one', () => {
  expect(redact('The issue was closed by ada.')).toBe('The issue was closed by ada.');
  expect(redact('x'.repeat(100_000)).length).toBeLessThan(17_000);
});
