import fc from 'fast-check';
import { expect, it } from 'vitest';
import { refuseSecret, withholdSecret } from '#lib/connections/withhold-secret';

const secret = 'abcabcabdabcabx';

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  )) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

async function read(body: AsyncIterable<Uint8Array>): Promise<{ text: string; code: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
  } catch (error) {
    return { text: Buffer.concat(chunks).toString(), code: (error as { code: unknown }).code };
  }
  return { text: Buffer.concat(chunks).toString(), code: null };
}

const near = fc
  .array(fc.constantFrom('abc', 'ab', 'abd', 'a', 'x', secret.slice(0, 9), '-'), { maxLength: 20 })
  .map((parts) => parts.join(''));
const cuts = fc.array(fc.nat(300), { maxLength: 12 });

it('hands on whatever does not hold the secret, byte for byte, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(near, cuts, async (text, at) => {
      fc.pre(!text.includes(secret));
      const answer = await read(withholdSecret(pieces(Buffer.from(text), at), [secret]));
      expect(answer).toEqual({ text, code: null });
    }),
  );
});

it('never hands on the secret, nor one byte of it once it is begun, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(near, near, cuts, async (before, after, at) => {
      const text = `${before}${secret}${after}`;
      const answer = await read(
        withholdSecret(pieces(Buffer.from(text), at), ['other-one', secret]),
      );
      expect(answer.code).toBe('provider.bad_answer');
      expect(text.slice(0, text.indexOf(secret)).startsWith(answer.text)).toBe(true);
    }),
  );
});

it('holds nothing back that cannot be the beginning of it', async () => {
  const body = withholdSecret(pieces(Buffer.from('data: 1 data: 2 '), [8]), [secret]);
  expect(Buffer.from((await body.next()).value ?? []).toString()).toBe('data: 1 ');
});

it('takes no short text for a secret, and looks at headers as well', async () => {
  const answer = await read(withholdSecret(pieces(Buffer.from('the key is: key'), []), ['key']));
  expect(answer).toEqual({ text: 'the key is: key', code: null });
  expect(() => refuseSecret({ link: `<https://x/?t=${secret}>` }, [secret])).toThrow('credential');
  expect(() => refuseSecret({ link: 'key' }, ['key', secret])).not.toThrow();
});
