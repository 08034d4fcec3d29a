import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnoseRefusal } from '#lib/webhooks/diagnose-refusal';
import { diagnosisCodes } from '#lib/webhooks/diagnosis';
import { diagnose, old, present, vectorOf } from './diagnose-fixture.ts';
import { genuine, presetOf, sentAtMs } from './schemes/vector.ts';
import { vectors } from './schemes/vectors.ts';

describe('diagnoseRefusal: whatever comes', () => {
  it.each([
    ['blanks and a letter', `${' '.repeat(1_000_000)}x`],
    ['nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nesting of objects', '{"a":'.repeat(150_000)],
    ['quotes', '"\\'.repeat(300_000)],
    ['fields', '&a=b'.repeat(250_000)],
    ['line ends', '\r\n'.repeat(500_000)],
  ])('is not held up by a megabyte of %s', async (_, body) => {
    for (const preset of ['github', 'twilio', 'microsoft_graph']) {
      const sent = { ...(await genuine(vectorOf(preset))), body: Buffer.from(body) };
      const { code } = await diagnose({ preset, sent });
      expect(diagnosisCodes).toContain(code);
    }
  });

  it('always answers, with one of its codes, and never tells a secret', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...vectors),
        fc.dictionary(fc.constantFrom('content-type', 'host', 'x'), text, { maxKeys: 2 }),
        text,
        fc.uint8Array({ maxLength: 200 }),
        async (vector, headers, value, body) => {
          const sent = await genuine(vector);
          const names = Object.keys(sent.headers);
          const swapped = Object.fromEntries(names.map((name) => [name, [value]]));
          const all = {
            ...swapped,
            ...Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, [v]])),
          };
          const request = { ...sent, headers: all, body };
          const { scheme } = presetOf(vector).descriptor;
          const secrets = [present(vector.keys.paste), old('former secret')];
          const facts = { scheme, request, secrets, otherUrls: [], nowMs: sentAtMs };
          const { code, sentence } = await diagnoseRefusal(facts);
          expect(diagnosisCodes).toContain(code);
          expect(sentence.length).toBeLessThan(900);
          expect(sentence).not.toContain(vector.keys.paste);
        },
      ),
      { numRuns: 40 },
    );
  });
});
