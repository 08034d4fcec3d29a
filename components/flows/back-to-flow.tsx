'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import type { Flow } from '@/lib/flows/schema';
import { words } from './words';

/** The way back to a flow, or to all of them. */
export function BackToFlow({ flow }: { flow: Flow | null }) {
  const { home } = useSession();
  const href = flow ? `${home}/flows/${flow.id}` : `${home}/flows`;
  return (
    <Link href={href as Route} className="hover:text-ink hover:underline">
      {flow ? flow.name : words.title}
    </Link>
  );
}
