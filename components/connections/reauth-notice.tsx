'use client';

import type { Route } from 'next';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Connection } from '@/lib/connections/schema';
import { words } from './words';

type Stopped = Pick<
  Connection,
  'id' | 'connector' | 'account_name' | 'status' | 'status_detail' | 'status_at'
>;

/** Connections that go on only when somebody signs in again: which, why, since when. */
export function ReauthNotices({ connections }: { connections: readonly Stopped[] }) {
  const { home } = useSession();
  const nameOf = useProviderName();
  const mayReconnect = useMay('admin');
  const stopped = connections.filter(({ status }) => status === 'needs_reauth');
  if (stopped.length === 0) return null;
  return (
    <div className="grid gap-2">
      {stopped.map((connection) => (
        <Notice
          key={connection.id}
          tone="bad"
          live
          title={words.reauth.title(nameOf(connection.connector), connection.account_name)}
          action={
            <LinkButton href={`${home}/connections/${connection.id}` as Route} size="sm">
              {mayReconnect ? words.reauth.reconnect : words.reauth.look}
            </LinkButton>
          }
        >
          {connection.status_detail ?? words.reauth.cause} {words.reauth.since}{' '}
          <RelativeTime value={connection.status_at} />.{' '}
          {mayReconnect ? words.reauth.kept : words.reauth.askAdmin}
        </Notice>
      ))}
    </div>
  );
}
