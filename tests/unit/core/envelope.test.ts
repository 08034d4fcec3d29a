import { describe, expect, it } from 'vitest';
import { envelopeSchema, makeEnvelope, newId } from '#lib/core/index';

const clock = { now: () => Date.parse('2026-02-03T04:05:06.007Z') };

describe('an envelope', () => {
  it('begins a chain of its own without a cause', () => {
    const envelope = makeEnvelope(clock, { type: 'queue.push', source: 'worker' });
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

  it('goes on with the correlation of its cause, whatever else is said', () => {
    const first = makeEnvelope(clock, { type: 'webhooks.received', source: 'gateway' });
    const second = makeEnvelope(clock, {
      type: 'queue.inbox',
      source: 'worker',
      cause: first,
      correlation: newId(),
    });
    const third = makeEnvelope(clock, { type: 'records.changed', source: 'worker', cause: second });
    expect(second).toMatchObject({ correlation: first.id, causation: first.id });
    expect(third).toMatchObject({ correlation: first.id, causation: second.id });
  });

  it('refuses what is not one, each with its field', () => {
    const good = makeEnvelope(clock, { type: 'queue.push', source: 'worker' });
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
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`h${n}`, '']));
    expect(envelopeSchema.safeParse({ ...good, headers: many }).success).toBe(false);
    expect(envelopeSchema.safeParse({ ...good, more: 1 }).success).toBe(false);
  });
});
