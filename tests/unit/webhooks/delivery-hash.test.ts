import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webhookPreset } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { deliveryHash } from '#lib/webhooks/delivery-hash';

function of(name: string, content: JsonObject): string {
  const preset = webhookPreset(name);
  if (!preset) throw new Error(`There is no preset ${name}.`);
  return deliveryHash(preset.descriptor, Buffer.from(JSON.stringify(content)), content);
}

describe('a delivery is known again when it is sent again', () => {
  it.each([
    [
      'linear',
      { action: 'update', webhookTimestamp: 1 },
      { action: 'update', webhookTimestamp: 2 },
    ],
    ['notion', { id: 'a', attempt_number: 1 }, { id: 'a', attempt_number: 2 }],
    ['stripe', { id: 'evt_1', pending_webhooks: 2 }, { id: 'evt_1', pending_webhooks: 1 }],
  ] as const)('%s writes something anew with each attempt', (preset, first, second) => {
    expect(of(preset, second)).toBe(of(preset, first));
  });

  it.each([
    [
      'linear',
      { action: 'update', webhookTimestamp: 1 },
      { action: 'remove', webhookTimestamp: 1 },
    ],
    [
      'notion',
      { id: 'a', type: 'x', attempt_number: 1 },
      { id: 'a', type: 'y', attempt_number: 1 },
    ],
    [
      'stripe',
      { id: 'evt_1', data: { pending_webhooks: 2 } },
      { id: 'evt_1', data: { pending_webhooks: 1 } },
    ],
    ['github', { a: 1, attempt_number: 1 }, { a: 1, attempt_number: 2 }],
  ] as const)('%s: anything else makes another one', (preset, first, second) => {
    expect(of(preset, second)).not.toBe(of(preset, first));
  });

  it('is the hash of the bytes where nothing of the kind stands in them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const content = JSON.parse(JSON.stringify(value)) as JsonObject;
        fc.pre(!Object.hasOwn(content, 'attempt_number'));
        const bytes = Buffer.from(JSON.stringify(content));
        expect(of('notion', content)).toBe(hash('sha256', bytes, 'base64url'));
      }),
    );
  });
});
