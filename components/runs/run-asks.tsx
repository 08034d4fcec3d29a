'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { showToast } from '@/components/ui/toaster';
import type { Run } from '@/lib/sync/schema';
import { useActOnRun } from './use-run';
import { words } from './words';

/** What a paused sweep asks, with some of what it is about and the two answers. */
export function RunAsks({ run, name }: { run: Run; name: string }) {
  const { home } = useSession();
  const mayAnswer = useMay('editor');
  const act = useActOnRun(run.id, (message) =>
    showToast({ tone: 'bad', title: words.didNot, description: message }),
  );
  const { asks } = run;
  if (!asks) return null;
  const isDelete = asks.what === 'delete';
  const title = words.asks[asks.what](asks.count, asks.of);
  return (
    <Notice
      tone="warn"
      live
      title={`${name}: ${title}`}
      action={
        mayAnswer ? (
          <span className="flex flex-wrap gap-2">
            <Button size="sm" busy={act.isPending} onClick={() => act.mutate('cancel')}>
              {words.asks.cancel}
            </Button>
            <Button
              size="sm"
              variant={isDelete ? 'danger' : 'primary'}
              busy={act.isPending}
              onClick={() => act.mutate('resume')}
            >
              {words.asks.allow}
            </Button>
          </span>
        ) : undefined
      }
    >
      <p>{isDelete ? words.asks.deleteHint : words.asks.overwriteHint}</p>
      {!mayAnswer && <p>{words.asks.viewer}</p>}
      {asks.sample && asks.sample.length > 0 && (
        <details className="mt-1.5">
          <summary className="cursor-pointer text-meta">{words.asks.some}</summary>
          <ul className="mt-1 grid grid-cols-1 gap-0.5">
            {asks.sample.map((one) => (
              <li key={one.record_id} className="truncate">
                <Link
                  href={`${home}/records?record=${one.record_id}` as Route}
                  className="text-accent hover:underline"
                >
                  {one.title ?? words.undo.untitled}
                </Link>
                {one.external_key && <span className="ml-2 text-dim">{one.external_key}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Notice>
  );
}
