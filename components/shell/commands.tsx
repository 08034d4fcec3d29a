'use client';

import { useQuery } from '@tanstack/react-query';
import {
  Activity,
  Cable,
  GitCompareArrows,
  Inbox,
  LayoutList,
  LogOut,
  Mail,
  Plug,
  Send,
  Settings,
  Spline,
} from 'lucide-react';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useDeferredValue, useState } from 'react';
import { z } from 'zod';
import { isTaskState, StateDot } from '@/components/records/state-mark';
import { CommandPalette } from '@/components/ui/command-palette';
import { useShortcut } from '@/components/ui/use-shortcut';
import { callApi } from '@/lib/live/index';
import { recordSchema } from '@/lib/records/schema';
import { signOut } from './sign-out';
import { useSession } from './use-session';
import { words } from './words';

const resultsMax = 8;
const answerSchema = z.object({ data: z.array(recordSchema) });

/** ⌘K: pages, actions, and the records whose words match. */
export function Commands({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const { home, info, workspace } = useSession();
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['search', workspace.id, query],
    enabled: open && query.length > 1,
    queryFn: ({ signal }) =>
      callApi('/records', {
        query: { workspace_id: workspace.id, q: query, limit: resultsMax },
        schema: answerSchema,
        signal,
      }),
  });
  const go = (path: string) => () => {
    onOpenChange(false);
    router.push(`${home}${path}` as Route);
  };
  useShortcut('g b', go(''));
  useShortcut('g c', go('/connections'));
  useShortcut('g f', go('/flows'));
  useShortcut('g r', go('/records'));
  useShortcut('g x', go('/conflicts'));
  useShortcut('g i', go('/inbox'));
  useShortcut('g d', go('/deliveries'));
  const records = found.data?.data ?? [];
  return (
    <CommandPalette
      open={open}
      onOpenChange={onOpenChange}
      onQueryChange={setTyped}
      busy={found.isFetching}
      placeholder="Search records, pages and commands"
      groups={[
        ...(records.length > 0
          ? [
              {
                label: words.records,
                actions: records.map((row) => ({
                  id: row.id,
                  label: typeof row.data['title'] === 'string' ? row.data['title'] : row.id,
                  hint: row.links[0]?.external_key ? `#${row.links[0].external_key}` : row.kind,
                  keywords: [typed],
                  icon: isTaskState(row.data['state']) ? (
                    <StateDot
                      state={row.data['state']}
                      label={row.data['state'].replace('_', ' ')}
                    />
                  ) : null,
                  run: go(`/records?record=${row.id}`),
                })),
              },
            ]
          : []),
        {
          label: 'Go to',
          actions: [
            {
              id: 'board',
              label: words.board,
              icon: <Cable aria-hidden="true" />,
              shortcut: ['g', 'b'],
              run: go(''),
            },
            {
              id: 'connections',
              label: words.connections,
              icon: <Plug aria-hidden="true" />,
              shortcut: ['g', 'c'],
              run: go('/connections'),
            },
            {
              id: 'flows',
              label: words.flows,
              icon: <Spline aria-hidden="true" />,
              shortcut: ['g', 'f'],
              run: go('/flows'),
            },
            {
              id: 'records',
              label: words.records,
              icon: <LayoutList aria-hidden="true" />,
              shortcut: ['g', 'r'],
              run: go('/records'),
            },
            {
              id: 'conflicts',
              label: words.conflicts,
              icon: <GitCompareArrows aria-hidden="true" />,
              shortcut: ['g', 'x'],
              run: go('/conflicts'),
            },
            {
              id: 'inbox',
              label: words.inbox,
              icon: <Inbox aria-hidden="true" />,
              shortcut: ['g', 'i'],
              run: go('/inbox'),
            },
            {
              id: 'deliveries',
              label: words.deliveries,
              icon: <Send aria-hidden="true" />,
              shortcut: ['g', 'd'],
              run: go('/deliveries'),
            },
            {
              id: 'system',
              label: words.system,
              icon: <Activity aria-hidden="true" />,
              run: go('/system'),
            },
            {
              id: 'settings',
              label: words.settings,
              icon: <Settings aria-hidden="true" />,
              run: go('/settings'),
            },
          ],
        },
        {
          label: 'Do',
          actions: [
            {
              id: 'connect',
              label: 'Connect a service',
              icon: <Plug aria-hidden="true" />,
              run: go('/connections?connect=1'),
            },
            {
              id: 'new-flow',
              label: words.newFlow,
              icon: <Spline aria-hidden="true" />,
              run: go('/flows/new'),
            },
            ...(info.features.mail === 'sandbox'
              ? [
                  {
                    id: 'mailbox',
                    label: words.mailbox,
                    icon: <Mail aria-hidden="true" />,
                    run: () => globalThis.location.assign('/sandbox/mail'),
                  },
                ]
              : []),
            {
              id: 'out',
              label: words.signOut,
              icon: <LogOut aria-hidden="true" />,
              run: () => void signOut(),
            },
          ],
        },
      ]}
    />
  );
}
