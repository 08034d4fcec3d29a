import { sign } from '@octokit/webhooks-methods';
import { describe, expect, it } from 'vitest';
import { codeWebhooks } from '#lib/connectors/protocol/index';
import { problemAnswer } from '#lib/webhooks/answer';
import { verifySignature } from '#lib/webhooks/verify-signature';

const header = 'x-hub-signature-256';
const { scheme } = codeWebhooks.github.descriptor;

const verify = (signature: string | null, body: Uint8Array, secrets: readonly [string, string?]) =>
  verifySignature(
    scheme,
    {
      method: 'POST',
      url: null,
      search: '',
      headers: signature === null ? {} : { [header]: [signature] },
      body,
    },
    secrets,
    0,
  );

const body = Buffer.from('Hello, World!');

describe('verifySignature', () => {
  it("agrees with GitHub's own example", async () => {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const verdict = await verify(signature, body, ["It's a Secret to Everybody"]);
    expect(verdict).toEqual({ ok: true, value: 'verified' });
  });

  it("agrees with GitHub's own library, either secret", async () => {
    const now = await sign('new secret', body.toString());
    const before = await sign('old secret', body.toString());
    const secrets = ['new secret', 'old secret'] as const;
    expect(await verify(now, body, secrets)).toEqual({ ok: true, value: 'verified' });
    expect(await verify(before, body, secrets)).toEqual({
      ok: true,
      value: 'verified_previous_secret',
    });
    expect((await verify(now.toUpperCase(), body, secrets)).ok).toBe(false);
  });

  it('refuses everything else', async () => {
    const good = await sign('s', body.toString());
    const cases = [
      null,
      '',
      'sha256=',
      good.slice('sha256='.length),
      good.replace('sha256=', 'sha1='),
      `${good}00`,
      good.slice(0, -1),
      `${good.slice(0, -1)}g`,
      `${good}, ${good}`,
      ` ${good}`,
    ];
    for (const signature of cases) {
      expect((await verify(signature, body, ['s'])).ok).toBe(false);
    }
    expect((await verify(good, Buffer.from('Hello, World?'), ['s'])).ok).toBe(false);
    expect((await verify(good, body, ['t', 'u'])).ok).toBe(false);
  });

  it('answers a missing and a wrong signature with the same bytes', async () => {
    const missing = await verify(null, body, ['s']);
    const wrong = await verify(`sha256=${'0'.repeat(64)}`, body, ['s']);
    if (missing.ok || wrong.ok) throw new Error('a bad signature passed');
    expect(missing.error.code).not.toBe(wrong.error.code);
    expect(problemAnswer(missing.error)).toEqual(problemAnswer(wrong.error));
    expect(problemAnswer(wrong.error).status).toBe(401);
  });
});
