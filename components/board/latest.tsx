'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { fieldWords, shownFields } from '@/components/records/values';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Board } from '@/lib/hub/schema';
import { words } from './words';

type Row = Board['latest'][number];

function source(row: Row, nameOf: (connector: string) => string): string {
  if (row.origin === 'user') return row.actor?.name ?? 'somebody';
  return row.origin === 'hub' ? 'hub' : row.connector ? nameOf(row.connector) : 'service';
}

/** The newest changes of the log; a press opens the record. */
export function Latest({ changes, perMinute }: { changes: Row[]; perMinute: number }) {
  const { home } = useSession();
  const nameOf = useProviderName();
  return (
    <Panel title={words.latest} aside={perMinute > 0 ? `${perMinute} changes/min` : undefined}>
      {changes.length === 0 ? (
        <p className="text-mut">{words.quiet}</p>
      ) : (
        <ol className="@container grid max-h-44 overflow-y-auto text-meta">
          {changes.map((row) => (
            <li key={row.position}>
              <Link
                href={`${home}/records?record=${row.record_id}` as Route}
                className="grid min-h-6 grid-cols-[2.75rem_minmax(0,1fr)_auto] @sm:grid-cols-[2.75rem_4rem_minmax(0,1fr)_auto] items-center gap-2 rounded-sm hover:bg-hover"
              >
                <RelativeTime value={row.at} short className="text-dim" />
                <span className="truncate text-mut @max-sm:hidden">{source(row, nameOf)}</span>
                <span className="truncate">{row.title ?? row.record_id}</span>
                <span className="max-w-28 truncate text-dim">
                  {row.op === 'update'
                    ? shownFields(row.fields).slice(0, 2).map(fieldWords).join(', ')
                    : words.ops[row.op]}
                </span>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
