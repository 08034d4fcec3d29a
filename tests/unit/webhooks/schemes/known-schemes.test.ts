import { describe, expect, it } from 'vitest';
import { knownWebhooks, webhookDescriptorSchema } from '#lib/connectors/protocol/index';
import { problemAnswer } from '#lib/webhooks/answer';
import { type Secrets, verifySignature } from '#lib/webhooks/verify-signature';
import { forgeriesOf } from './forgeries.ts';
import { genuine, presetOf, type Sent, sentAtMs, type Vector } from './vector.ts';
import { vectors } from './vectors.ts';

const verify = (vector: Vector, sent: Sent, secrets: Secrets, nowMs = sentAtMs) =>
  verifySignature(presetOf(vector).descriptor.scheme, sent, secrets, nowMs);

const verdictOf = async (...args: Parameters<typeof verify>): Promise<string> => {
  const result = await verify(...args);
  return result.ok ? result.value : result.error.code;
};

describe('the presets', () => {
  it('have descriptors that would pass the door, and a vector each', () => {
    for (const { name, descriptor } of knownWebhooks) {
      expect(webhookDescriptorSchema.safeParse(descriptor).error, name).toBeUndefined();
    }
    const names = knownWebhooks.map(({ name }) => name);
    expect(vectors.map(({ preset }) => preset).toSorted()).toEqual(names.toSorted());
    expect(new Set(names).size).toBe(names.length);
  });

  it('say what to do, in sentences, and where it is written', () => {
    for (const { withheld, steps, docsUrl } of knownWebhooks) {
      expect(withheld === null ? steps.length : 1).toBeGreaterThan(0);
      for (const step of steps) expect(step).toMatch(/\.$/);
      expect(docsUrl).toMatch(/^https:\/\//);
    }
  });
});

describe.each(vectors.map((vector) => [vector.preset, vector] as const))('%s', (_, vector) => {
  const { paste } = vector.keys;
  const other = vector.otherKeys.paste;

  it('verifies with its secret, during a rotation with the one before, and with no other', async () => {
    const sent = await genuine(vector);
    expect(await verdictOf(vector, sent, [paste])).toBe('verified');
    expect(await verdictOf(vector, sent, [other, paste])).toBe('verified_previous_secret');
    expect(await verdictOf(vector, sent, [other])).toBe('webhooks.signature_invalid');
    for (const none of ['', 'whsec_', 'whpk_', '-----BEGIN PUBLIC KEY-----', '{}', '[]', 'null']) {
      expect(await verdictOf(vector, sent, [none])).toBe('webhooks.signature_invalid');
    }
  });

  it('49 to 63: refuses every forgery with the same 401, and throws at none', async () => {
    const forgeries = await forgeriesOf(vector);
    expect(forgeries.length).toBeGreaterThan(20);
    const answers = new Set<string>();
    for (const { name, sent } of forgeries) {
      const result = await verify(vector, sent, [paste]);
      if (result.ok) throw new Error(`${name} passed`);
      // Genuine and long ago is another matter: only who can sign gets to hear it.
      if (result.error.code === 'webhooks.signature_stale' && name.startsWith('signed at'))
        continue;
      answers.add(JSON.stringify(problemAnswer(result.error)));
    }
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('"status":401');
  });
});

const timed = vectors.filter((vector) => {
  const { scheme } = presetOf(vector).descriptor;
  return 'timestamp' in scheme && scheme.timestamp !== null;
});

describe.each(timed.map((vector) => [vector.preset, vector] as const))(
  'the time stated by %s',
  (_, vector) => {
    const { scheme } = presetOf(vector).descriptor;
    const toleranceMs = 'timestamp' in scheme ? (scheme.timestamp?.toleranceMs ?? 0) : 0;

    it('is taken within the tolerance, either way, and not a millisecond beyond', async () => {
      const sent = await genuine(vector);
      for (const sign of [1, -1]) {
        const edge = sentAtMs + sign * toleranceMs;
        expect(await verdictOf(vector, sent, [vector.keys.paste], edge)).toBe('verified');
        const beyond = await verdictOf(vector, sent, [vector.keys.paste], edge + sign);
        expect(beyond).toBe('webhooks.signature_stale');
      }
    });

    it('says nothing to somebody who cannot sign', async () => {
      const sent = await genuine(vector);
      const nowMs = sentAtMs + 10 * toleranceMs;
      const verdict = await verdictOf(vector, sent, [vector.otherKeys.paste], nowMs);
      expect(verdict).toBe('webhooks.signature_invalid');
    });
  },
);
