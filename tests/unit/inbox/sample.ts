import type { InboxEvent } from '@/lib/webhooks/schema';

export const idOf = (n: number): string => `01a1fe00-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const event = (n: number, status: InboxEvent['status'] = 'applied'): InboxEvent => ({
  id: idOf(n),
  connection_id: idOf(0),
  endpoint_id: idOf(0),
  connector: 'github',
  event: 'issues',
  delivery_id: String(n),
  verdict: 'verified',
  received_at: '2026-11-21T12:00:00.000Z',
  status,
  attempts: 1,
  outcome: null,
  reason: null,
  record_id: null,
  processed_at: null,
  replayed_at: null,
  replay_id: null,
  parent_id: null,
  parts: null,
  body_bytes: 2,
});

/** Events `from` down to `to`. */
export const down = (from: number, to: number): InboxEvent[] =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => event(from - index));
