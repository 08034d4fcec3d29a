'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import type { Link, RecordRow } from '#lib/records/schema';
import { keys } from './keys.ts';
import type { Stamped } from './record-cache.ts';

/**
 * Hears that a service refused an edit made in this tab. It comes after the hub accepted it, as a
 * state of the record's link, perhaps when its row is long out of sight. Each refusal is told once.
 */
export function useLateRefusals(listener: (row: RecordRow, link: Link) => void): void {
  const client = useQueryClient();
  const tell = useEffectEvent(listener);
  useEffect(() => {
    const states = new Map<string, Link['state']>();
    const isOwn = (id: string) =>
      client.getMutationCache().find({ mutationKey: keys.recordEdit(id) }) !== undefined;
    return client.getQueryCache().subscribe(({ query, type }) => {
      if (type !== 'updated' || query.queryKey[0] !== 'record') return;
      const row = (query.state.data as Stamped | undefined)?.row;
      if (!row || !isOwn(row.id)) return;
      for (const link of row.links) {
        // The answer to the edit came with `dirty`; only the way from there to `refused` is news.
        const before = states.get(link.id);
        states.set(link.id, link.state);
        if (link.state === 'refused' && before !== undefined && before !== 'refused')
          tell(row, link);
      }
    });
  }, [client]);
}
