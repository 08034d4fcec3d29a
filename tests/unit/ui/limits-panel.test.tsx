// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { gaugeOf, limitWords } from '@/components/system/limit-words';
import { LimitsView } from '@/components/system/limits-panel';
import type { ConnectionLimits, Limits } from '@/lib/resilience/schema';

afterEach(cleanup);

type Budget = NonNullable<ConnectionLimits['budget']>;

const idle = { edit: 0, refetch: 0, poll: 0, backfill: 0 };
const budget = (of: Partial<Budget> = {}): Budget => ({
  ready: 24,
  burst: 30,
  per_second: 10,
  under_way: 0,
  concurrent: 100,
  quota: null,
  paused_until: null,
  waiting: idle,
  calls: 812,
  calls_saved: 0,
  ...of,
});
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const closed = { state: 'closed', since: null, retry_at: null, faults: 0, cause: null } as const;
const connection = (of: Partial<ConnectionLimits> = {}): ConnectionLimits => ({
  id: '0198f2c0-0000-7000-8000-000000000001',
  connector: 'github',
  name: 'northwind',
  status: 'active',
  budget: budget(),
  breaker: closed,
  ...of,
});
const limits = (...connections: ConnectionLimits[]): Limits => ({
  connections,
  bulkheads: [{ name: 'urgent', lanes: ['edit', 'refetch'], at_once: 4, waiting: 200 }],
  call: { timeout_ms: 15_000, attempts: 3 },
});

describe('the gauge', () => {
  it('counts what the service says before what we pace', () => {
    const quota = { limit: 5_000, remaining: 4_200, reset_at: inMs(1) };
    expect(gaugeOf(budget({ quota }))).toEqual({
      share: 0.84,
      words: '4,200 of 5,000 calls left',
      isLow: false,
    });
    expect(gaugeOf(budget())).toEqual({
      share: 0.8,
      words: '24 of 30 at once, 10/s after',
      isLow: false,
    });
  });

  it('warns when only edits go on, and never leaves its frame', () => {
    const quota = { limit: 5_000, remaining: 100, reset_at: inMs(1) };
    expect(gaugeOf(budget({ quota })).isLow).toBe(true);
    expect(gaugeOf(budget({ quota: { ...quota, limit: 0, remaining: 3 } })).share).toBe(0);
    expect(gaugeOf(budget({ ready: 99 })).share).toBe(1);
  });

  it('names who waits in the order they go', () => {
    expect(limitWords.waiting(idle)).toBeNull();
    expect(limitWords.waiting({ ...idle, backfill: 12, edit: 1 })).toBe(
      'waiting: 1 edit, 12 first reads',
    );
  });
});

describe('the panel', () => {
  it('says what will stand here while nothing is connected', () => {
    render(<LimitsView limits={limits()} />);
    expect(screen.getByText(limitWords.empty)).toBeTruthy();
    expect(screen.getByText('edits, re-reads')).toBeTruthy();
    expect(screen.getByText('15 s, at most 3 times')).toBeTruthy();
  });

  it('shows the budget as a meter with its words', () => {
    const quota = { limit: 5_000, remaining: 4_200, reset_at: inMs(600_500) };
    const busy = budget({ quota, under_way: 6, waiting: { ...idle, edit: 2 }, calls_saved: 40 });
    render(<LimitsView limits={limits(connection({ budget: busy }))} />);
    const meter = screen.getByRole('meter', { name: 'northwind' });
    expect(meter.getAttribute('value')).toBe('84');
    expect(meter.textContent).toBe('4,200 of 5,000 calls left');
    expect(screen.getByText('6 of 100 under way')).toBeTruthy();
    expect(screen.getByText('waiting: 2 edits')).toBeTruthy();
    expect(screen.getByText('812 calls, 40 saved')).toBeTruthy();
    expect(screen.getByText('in 10 min')).toBeTruthy();
  });

  it('says since when a service is left alone, why, and when it is tried again', () => {
    const breaker = {
      state: 'open',
      since: inMs(-120_500),
      retry_at: inMs(30_900),
      faults: 6,
      cause: { code: 'provider.timeout', message: 'api.github.com did not answer in time.' },
    } as const;
    render(<LimitsView limits={limits(connection({ breaker, budget: null }))} />);
    expect(screen.getByText('left alone')).toBeTruthy();
    expect(screen.getByText('2 min ago')).toBeTruthy();
    expect(screen.getByText('in 30 s')).toBeTruthy();
    expect(screen.getByText(/did not answer in time/)).toBeTruthy();
    expect(screen.getByText('provider.timeout')).toBeTruthy();
    expect(screen.getByText(limitWords.unused)).toBeTruthy();
  });

  it('says how long a service asked for silence', () => {
    const silent = budget({ paused_until: inMs(60_900) });
    render(<LimitsView limits={limits(connection({ budget: silent }))} />);
    expect(screen.getByText(/It asked for silence/).textContent).toContain('in 1 min');
  });
});
