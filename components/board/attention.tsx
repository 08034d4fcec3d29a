'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { StatusDot } from '@/components/ui/status-dot';
import type { Board } from '@/lib/hub/schema';
import { words } from './words';

const looks = {
  error: { tone: 'bad', shape: 'square', label: 'error' },
  warning: { tone: 'warn', shape: 'diamond', label: 'warning' },
  info: { tone: 'accent', shape: 'ring', label: 'notice' },
} as const;

/** What a person has to decide, most urgent first, each with the one next step. */
export function Attention({ items }: { items: Board['attention'] }) {
  const { home } = useSession();
  return (
    <Panel title={words.needs} aside={items.length > 0 ? items.length : undefined}>
      {items.length === 0 ? (
        <p className="flex items-center gap-2 text-mut">
          <StatusDot tone="ok" shape="solid" /> {words.calm}
        </p>
      ) : (
        <ul className="grid max-h-44 gap-3 overflow-y-auto">
          {items.map((item) => (
            <li
              key={item.id}
              className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-baseline gap-x-2.5"
            >
              <StatusDot {...looks[item.level]} />
              <span className="font-medium">{item.title}</span>
              <Link href={`${home}/${item.href}` as Route} className="text-accent hover:underline">
                {item.action}
              </Link>
              <span className="col-start-2 text-meta text-mut">
                {item.detail} · <RelativeTime value={item.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
