import { describe, expect, it } from 'vitest';
import { envelopeOverheadBytes, generateKeyPair, keyIdOf, sealTo } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';

const keys = generateKeyPair();
const context = { workspaceId: 'w1', ownerId: 'c1', field: 'credential' };
const opener = createOpener(keys.privateKey);
const refusal = expect.objectContaining({ code: 'security.sealed_value_invalid' });

describe('a sealed value', () => {
  it('opens for whoever holds the private key, in its own place', () => {
    const { envelope, keyId } = sealTo(keys.publicKey, 'gho_secret', context);
    expect(opener.open(envelope, context).toString()).toBe('gho_secret');
    expect(keyId).toBe(keyIdOf(keys.publicKey));
    expect(envelope.length).toBe('gho_secret'.length + envelopeOverheadBytes);
    expect(opener.publicKey).toBe(keys.publicKey);
  });

  it('is different each time and never holds the plaintext', () => {
    const first = sealTo(keys.publicKey, 'the very same text', context).envelope;
    const second = sealTo(keys.publicKey, 'the very same text', context).envelope;
    expect(first.equals(second)).toBe(false);
    expect(first.includes('very same')).toBe(false);
  });

  it.each([
    ['another workspace', { ...context, workspaceId: 'w2' }],
    ['another row', { ...context, ownerId: 'c2' }],
    ['another field', { ...context, field: 'client_secret' }],
    ['parts that join to the same text', { workspaceId: 'w1c', ownerId: '1', field: 'credential' }],
  ])('does not open for %s', (_name, other) => {
    const { envelope } = sealTo(keys.publicKey, 'secret', context);
    expect(() => opener.open(envelope, other)).toThrow(refusal);
  });

  it('does not open when any one byte was changed', () => {
    const { envelope } = sealTo(keys.publicKey, 'secret', context);
    for (let at = 0; at < envelope.length; at += 1) {
      const changed = Buffer.from(envelope);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => opener.open(changed, context), `byte ${at}`).toThrow(refusal);
    }
  });

  it('does not open when it was cut, lengthened, emptied or never sealed', () => {
    const { envelope } = sealTo(keys.publicKey, 'secret', context);
    for (const broken of [
      envelope.subarray(0, -1),
      envelope.subarray(0, -12),
      Buffer.concat([envelope, Buffer.from([0])]),
      Buffer.alloc(0),
      Buffer.from('gho_plaintext_token_of_a_careless_import_0123456789_0123456789'),
    ]) {
      expect(() => opener.open(broken, context)).toThrow(refusal);
    }
  });

  it('does not open with another key, and opens with an older one that was kept', () => {
    const { envelope } = sealTo(keys.publicKey, 'secret', context);
    const next = generateKeyPair();
    expect(() => createOpener(next.privateKey).open(envelope, context)).toThrow(refusal);
    const both = createOpener(next.privateKey, keys.privateKey);
    expect(both.open(envelope, context).toString()).toBe('secret');
  });

  it('refuses an ephemeral key that makes the shared secret zero', () => {
    const { envelope } = sealTo(keys.publicKey, 'secret', context);
    envelope.fill(0, 9, 41);
    expect(() => opener.open(envelope, context)).toThrow(refusal);
  });

  it('refuses a key that is none and a secret without bound', () => {
    expect(() => sealTo('too short', 'secret', context)).toThrow(refusal);
    expect(() => sealTo(keys.publicKey, 'x'.repeat(65_537), context)).toThrow(/64 kB/);
  });
});

describe("the gateway's door", () => {
  it('opens webhook secrets and no credential sealed to the same key', () => {
    const gateway = createWebhookSecretOpener(keys.privateKey);
    const endpoint = { workspaceId: 'w1', endpointId: 'e1' };
    const place = { workspaceId: 'w1', ownerId: 'e1' };
    const good = sealTo(keys.publicKey, 'hook', { ...place, field: 'webhook_secret' });
    expect(gateway.open(good.envelope, endpoint).toString()).toBe('hook');
    const other = sealTo(keys.publicKey, 'token', { ...place, field: 'credential' });
    expect(() => gateway.open(other.envelope, endpoint)).toThrow(refusal);
  });
});
