import { describe, expect, it } from 'vitest';
import { envelopeSchema, newEnvelope } from '#lib/core/index';

const clock = { now: () => Date.parse('2026-02-03T04:05:06.007Z') };

describe('an envelope', () => {
  it('begins a chain of its own without a cause', () => {
    const envelope = newEnvelope(clock, { type: 'queue.push', source: 'worker', version: 1 });
    expect(envelopeSchema.parse(envelope)).toEqual(envelope);
    expect(envelope).toMatchObject({
      correlation: envelope.id,
      causation: null,
      version: 1,
      at: '2026-02-03T04:05:06.007Z',
      reply_to: null,
      headers: {},
    });
  });

  it('goes on with the correlation of its cause', () => {
    const first = newEnvelope(clock, { type: 'webhooks.received', source: 'gateway', version: 1 });
    const second = newEnvelope(clock, {
      type: 'queue.inbox',
      source: 'worker',
      version: 1,
      cause: first,
    });
    const third = newEnvelope(clock, {
      type: 'records.changed',
      source: 'worker',
      version: 1,
      cause: second,
    });
    expect(second).toMatchObject({ correlation: first.id, causation: first.id });
    expect(third).toMatchObject({ correlation: first.id, causation: second.id });
  });

  it('refuses what is not one, each with its field', () => {
    const good = newEnvelope(clock, { type: 'queue.push', source: 'worker', version: 1 });
    const bad: Record<string, unknown> = {
      id: 'no',
      type: 'Push',
      version: 0,
      source: '',
      at: 'yesterday',
      correlation: null,
      causation: 7,
      reply_to: '',
      headers: { long: 'x'.repeat(401) },
    };
    for (const [field, value] of Object.entries(bad)) {
      const seen = envelopeSchema.safeParse({ ...good, [field]: value });
      expect(seen.error?.issues[0]?.path[0], field).toBe(field);
    }
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`h${n}`, '']));
    expect(envelopeSchema.safeParse({ ...good, headers: many }).success).toBe(false);
    expect(envelopeSchema.safeParse({ ...good, more: 1 }).success).toBe(false);
  });
});
