'use client';

import { type Query, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { healthSchema } from '@/lib/hub/schema';

/** While a page shows its error face the hub is asked this often whether it can answer again. */
const askEveryMs = 4_000;

async function canAnswer(): Promise<boolean> {
  try {
    const health = healthSchema.parse(await (await fetch('/api/health/ready')).json());
    return health.parts.every(
      ({ name, status }) => name === 'sandbox' || status === 'ok' || status === 'degraded',
    );
  } catch {
    // No answer at all: the same as one that says no.
    return false;
  }
}

/**
 * Pages that failed come back by themselves. Not by trying each query again and again: that would
 * blink between error and skeleton for as long as the hub is away.
 */
export function useRecovery(): void {
  const client = useQueryClient();
  useEffect(() => {
    const hasFailed = (query: Query) => query.state.status === 'error';
    const filter = { type: 'active', predicate: hasFailed } as const;
    const look = async (): Promise<void> => {
      const failed = client.getQueryCache().findAll(filter);
      if (failed.length === 0 || document.visibilityState === 'hidden') return;
      if (await canAnswer()) await client.refetchQueries(filter);
    };
    const timer = setInterval(() => void look(), askEveryMs);
    return () => clearInterval(timer);
  }, [client]);
}
