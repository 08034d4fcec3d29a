import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { createCallChecker, createCallSigner } from '#lib/security/index';

const secret = 'a secret of at least thirty-two characters';
const start = Date.parse('2026-11-21T12:00:00Z');
const call = { method: 'POST', target: '/a?b', headers: { accept: 'x' } };
const body = Buffer.from('{"a":1}');
const refused = { code: 'identity.unauthenticated' };

function made(now = { ms: start }) {
  const clock = { now: () => now.ms, random: () => 0 };
  return {
    now,
    signer: createCallSigner(secret, clock),
    checker: createCallChecker(secret, clock),
  };
}

it('carries the call, and the body it was signed for', async () => {
  const { signer, checker } = made();
  const checked = await checker.check(await signer.sign(call, body));
  expect(checked.call).toEqual(call);
  expect(() => checked.checkBody(body)).not.toThrow();
  expect(() => checked.checkBody(Buffer.from('{"a":2}'))).toThrow('another body');
  expect(() => checked.checkBody(Buffer.alloc(0))).toThrow('another body');
});

it('is good once', async () => {
  const { signer, checker } = made();
  const token = await signer.sign(call, body);
  await checker.check(token);
  await expect(checker.check(token)).rejects.toMatchObject(refused);
});

it('is good for seconds', async () => {
  const { now, signer, checker } = made();
  const token = await signer.sign(call, body);
  now.ms += 26_000;
  await expect(checker.check(token)).rejects.toMatchObject(refused);
  const early = await made({ ms: start + 60_000 }).signer.sign(call, body);
  await expect(made().checker.check(early)).rejects.toMatchObject(refused);
});

it('is nobody else’s to make, and cannot be changed', async () => {
  const { signer, checker } = made();
  const [head = '', claims = '', signature = ''] = (await signer.sign(call, body)).split('.');
  const other = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const changed = Buffer.from(JSON.stringify({ ...other, call: { ...call, target: '/c' } }));
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const tokens = [
    '',
    'x',
    `${head}.${changed.toString('base64url')}.${signature}`,
    `${head}.${claims}.`,
    `${none}.${claims}.`,
    await createCallSigner('another secret of at least thirty-two chars', {
      now: () => start,
      random: () => 0,
    }).sign(call, body),
  ];
  for (const token of tokens) {
    await expect(checker.check(token)).rejects.toMatchObject(refused);
  }
});

it('is not taken with the right signature for another purpose', async () => {
  const key = new TextEncoder().encode(secret);
  const issued = Math.floor(start / 1000);
  const right = { iss: 'patchbay-web', aud: 'patchbay-worker', jti: newId() };
  const lasting = { iat: issued, exp: issued + 20 };
  const claims = { call, body: 'x'.repeat(43), ...right, ...lasting };
  const sign = (part: Record<string, unknown>) =>
    new SignJWT(part).setProtectedHeader({ alg: 'HS256' }).sign(key);
  const { checker } = made();
  for (const wrong of [
    { ...claims, aud: 'authenticated' },
    { ...claims, iss: 'somebody' },
    { ...claims, exp: issued + 86_400, iat: issued - 3_600 },
    { ...right, ...lasting },
    { ...claims, jti: undefined },
    { ...claims, exp: undefined },
  ]) {
    await expect(checker.check(await sign(wrong))).rejects.toMatchObject(refused);
  }
  await expect(checker.check(await sign(claims))).resolves.toMatchObject({ call });
});
