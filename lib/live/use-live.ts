'use client';

import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { Change } from '#lib/records/schema';
import type { LiveConnection } from './connection.ts';
import type { LiveState } from './live-state.ts';

export const LiveContext = createContext<{ workspaceId: string; live: LiveConnection } | null>(
  null,
);

export function useLive(): { workspaceId: string; live: LiveConnection } {
  const context = useContext(LiveContext);
  if (!context) throw new Error('useLive needs a LiveContext above it');
  return context;
}

export function useLiveState(): LiveState {
  const { live } = useLive();
  return useSyncExternalStore(live.subscribe, live.getState, () => 'connecting');
}

/** Hears the change log as it grows, once per batch read. */
export function useChanges(listener: (changes: Change[]) => void): void {
  const { live } = useLive();
  const hear = useEffectEvent(listener);
  useEffect(() => live.onChanges((changes) => hear(changes)), [live]);
}
