import { describe, expect, it } from 'vitest';
import { excerptBytes, secretsOfAddress, writeExcerpt } from '#lib/delivery/webhook-excerpt';

const address = 'https://hooks.slack.com/services/T024BE7LD/B024BE7LD/hW4vDr0qLpQ2ZkYbXc8n';
const secrets = secretsOfAddress(address);
const said = (text: string): string => writeExcerpt(Buffer.from(text), secrets);

describe('what is kept of an answer', () => {
  it.each([
    ['the address', `No such hook: ${address}`],
    ['its path alone', 'Cannot POST /services/T024BE7LD/B024BE7LD/hW4vDr0qLpQ2ZkYbXc8n'],
    ['its last part alone', 'unknown hook hW4vDr0qLpQ2ZkYbXc8n of this team'],
  ])('holds no part of a secret address: %s', (_what, text) => {
    expect(said(text)).not.toContain('hW4vDr0q');
    expect(said(text)).toContain('[redacted]');
  });

  it('holds no beginning of a secret either, wherever it was cut', () => {
    const secret = 'hW4vDr0qLpQ2ZkYbXc8n';
    for (let fits = 8; fits < secret.length; fits += 1) {
      const text = `${'.'.repeat(excerptBytes - fits)}${secret} and more`;
      expect(said(text)).not.toContain(secret.slice(0, 8));
    }
  });

  it('is otherwise what was said, on one line', () => {
    expect(said('no_service\n')).toBe('no_service');
    expect(writeExcerpt(Buffer.from('{"ok":false}'))).toBe('{"ok":false}');
  });
});
