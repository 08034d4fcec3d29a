import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  maxAttempts,
  mayBecome,
  statusesBefore,
} from '#lib/webhooks/inbox-event-state';
import { inboxStatuses } from '#lib/webhooks/schema';

describe('inbox event states', () => {
  it('end an event only from under a worker', () => {
    for (const end of ['applied', 'ignored', 'failed', 'dead'] as const) {
      expect(statusesBefore(end)).toEqual(['queued']);
    }
  });

  it('let everything settled be replayed, and nothing that is under way', () => {
    expect(statusesBefore('pending').toSorted()).toEqual(['applied', 'dead', 'failed', 'ignored']);
  });

  it('leave no state that cannot be left, but that of a body whose parts are events of their own', () => {
    for (const from of inboxStatuses.filter((status) => status !== 'split')) {
      expect(inboxStatuses.some((to) => to !== from && mayBecome(from, to))).toBe(true);
    }
    expect(inboxStatuses.some((to) => mayBecome('split', to) || mayBecome(to, 'split'))).toBe(
      false,
    );
  });
});

describe('afterFailure', () => {
  it('waits longer each time, with chance in it, and gives up after the sixth', () => {
    expect(maxAttempts).toBe(6);
    const earliest = [1, 2, 3, 4, 5, 6].map((attempt) => afterFailure(attempt, 0));
    const latest = [1, 2, 3, 4, 5, 6].map((attempt) => afterFailure(attempt, 0.999_999));
    expect(earliest.map((next) => ('waitMs' in next ? next.waitMs : next.status))).toEqual([
      500,
      2_500,
      15_000,
      60_000,
      300_000,
      'dead',
    ]);
    expect(latest.map((next) => ('waitMs' in next ? next.waitMs : next.status))).toEqual([
      1_000,
      5_000,
      30_000,
      120_000,
      600_000,
      'dead',
    ]);
  });
});
