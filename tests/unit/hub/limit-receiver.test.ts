import { describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import type { InboundLimits } from '#lib/hub/inbound-limits';
import { limitedReceiver } from '#lib/hub/limit-receiver';
import type { NamedVerdict } from '#lib/resilience/index';

/** Counts nothing and notes what it was asked to count by. */
function noting() {
  const subjects = new Map<string, Set<string>>();
  const verdict = { allowed: true, limit: 1, remaining: 1, resetMs: 1, windowSeconds: 60 };
  const tell = (name: string, subject: string): NamedVerdict => {
    subjects.set(name, (subjects.get(name) ?? new Set()).add(subject));
    return { name, ...verdict };
  };
  const limits = { tell, giveBack: tell } as unknown as InboundLimits;
  const answer = { status: 404, headers: {}, body: '' };
  const receiver = { receive: () => Promise.resolve(answer), close: () => Promise.resolve() };
  return { subjects, receiver: limitedReceiver(receiver, limits) };
}

const post = (endpointId: string) => ({
  method: 'POST',
  connector: 'github',
  endpointId,
  address: null,
  headers: {},
  body: (async function* () {})(),
});

describe('limits in front of webhooks', () => {
  it('remember no name that can be no endpoint: a long one would be kept for each guess', async () => {
    const { subjects, receiver } = noting();
    const id = newId();
    for (const name of [id, id.toUpperCase(), 'x'.repeat(10_000), `${id}x`, '']) {
      await receiver.receive(post(name));
    }
    expect(subjects.get('webhook-source')).toEqual(new Set([id, 'none']));
    await receiver.close();
  });
});
