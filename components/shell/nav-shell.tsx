'use client';

import {
  Activity,
  Cable,
  GitCompareArrows,
  Inbox,
  LayoutList,
  Plug,
  Send,
  Settings,
  Spline,
} from 'lucide-react';
import type { Route } from 'next';
import type { ReactNode } from 'react';
import { AppShell } from '@/components/ui/app-shell';
import { formatCount } from '@/components/ui/format-number';
import { LiveDot } from './live-dot';
import { type Counts, useCounts } from './use-counts';
import { useSession } from './use-session';
import { words } from './words';

/** Nothing is said about nothing: a zero beside a word is noise. */
const shown = (count: number | undefined) => (count ? formatCount(count) : undefined);

function inboxCount(counts: Counts | undefined) {
  if (counts?.dead) return { count: shown(counts.dead), countTone: 'bad' as const };
  return { count: shown(counts?.waiting), countTone: 'accent' as const };
}

/** The pages of a workspace with how much is on each. */
export function NavShell({
  workspace,
  account,
  children,
}: {
  workspace: ReactNode;
  account: ReactNode;
  children: ReactNode;
}) {
  const { home } = useSession();
  const counts = useCounts();
  const at = (path: string) => `${home}/${path}` as Route;
  return (
    <AppShell
      brand={{ name: 'Patchbay', href: home as Route }}
      workspace={workspace}
      items={[
        {
          href: home as Route,
          label: words.board,
          icon: <Cable aria-hidden="true" />,
          exact: true,
        },
        {
          href: at('connections'),
          label: words.connections,
          icon: <Plug aria-hidden="true" />,
          count: shown(counts?.connections),
        },
        {
          href: at('flows'),
          label: words.flows,
          icon: <Spline aria-hidden="true" />,
        },
        {
          href: at('records'),
          label: words.records,
          icon: <LayoutList aria-hidden="true" />,
          count: shown(counts?.records),
        },
        {
          href: at('conflicts'),
          label: words.conflicts,
          icon: <GitCompareArrows aria-hidden="true" />,
          count: shown(counts?.conflicts),
          countTone: 'warn',
        },
        {
          href: at('inbox'),
          label: words.inbox,
          icon: <Inbox aria-hidden="true" />,
          ...inboxCount(counts),
        },
        {
          href: at('deliveries'),
          label: words.deliveries,
          icon: <Send aria-hidden="true" />,
        },
        { href: at('system'), label: words.system, icon: <Activity aria-hidden="true" /> },
      ]}
      footerItems={[
        { href: at('settings'), label: words.settings, icon: <Settings aria-hidden="true" /> },
      ]}
      live={<LiveDot />}
      account={account}
    >
      {children}
    </AppShell>
  );
}
