import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeOwn } from '#lib/webhooks/describe-scheme';
import { listeningInputSchema } from '#lib/webhooks/schema';
import { verifySignature } from '#lib/webhooks/verify-signature';

afterEach(() => vi.restoreAllMocks());

describe('a body whose signature names parts of it', () => {
  it('is read as JSON once, however many they are and whoever sent it', async () => {
    const template = `${'{json:a}'.repeat(18)}{body}`;
    const { signing } = listeningInputSchema.parse({
      connector: 'http_webhook',
      title: 'Shop',
      signing: { by: 'own', own: { header: 'x-signature', template } },
    });
    if (signing.by !== 'own') throw new Error('Not one’s own');
    const { scheme } = describeOwn(signing.own);
    const body = Buffer.from(JSON.stringify({ a: 'x', filling: 'y'.repeat(1_000) }));
    const headers = { 'x-signature': ['00'.repeat(32)] };
    const request = { method: 'POST', url: null, search: '', headers, body };
    const parse = vi.spyOn(JSON, 'parse');
    const verdict = await verifySignature(scheme, request, ['the secret', 'the one before'], 0);
    expect(verdict.ok).toBe(false);
    expect(parse).toHaveBeenCalledTimes(1);
  });
});
