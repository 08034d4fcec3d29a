'use client';

import type { ReactNode } from 'react';
import { useHydrated } from './shared-clock';

/**
 * Shows the fallback on the server and while hydrating, then the children. A page is hydrated after
 * the frame around it, whose queries may have filled the shared cache by then: without this it would
 * begin with rows where the server had written a skeleton, and React would throw the markup away.
 */
export function Hydrated({ fallback, children }: { fallback: ReactNode; children: ReactNode }) {
  return useHydrated() ? children : fallback;
}
