'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import { historyWords as words } from './history-words';

interface Refs {
  run_id?: string | null | undefined;
  undo_id?: string | null | undefined;
  inbox_event_id?: string | null | undefined;
}

/** Where something came from: the webhook that told of it, the run that read it. */
export function OriginLinks({ refs }: { refs: Refs }) {
  const { home } = useSession();
  const look = 'text-accent underline underline-offset-2';
  return (
    <>
      {refs.inbox_event_id && (
        <Link href={`${home}/inbox?event=${refs.inbox_event_id}` as Route} className={look}>
          {words.webhook}
        </Link>
      )}
      {refs.run_id && (
        <Link href={`${home}/runs/${refs.run_id}` as Route} className={look}>
          {words.run}
        </Link>
      )}
      {refs.undo_id && <span>{words.undoRun}</span>}
    </>
  );
}
