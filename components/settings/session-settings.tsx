'use client';

import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { nameBrowser } from './browser-name';
import { Listed } from './listed';
import { useSessions, useWrite } from './use-settings';

/** Where the person is signed in; ending one takes effect with its next request. */
export function SessionSettings() {
  const sessions = useSessions();
  const write = useWrite();
  return (
    <Panel title="Where you are signed in" padding="flush">
      <Listed query={sessions} name="The sessions" empty="Nowhere.">
        {(rows) => (
          <ul className="divide-y divide-line">
            {rows.map((session) => (
              <li key={session.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
                <span className="min-w-0 flex-1 basis-60">
                  <span
                    title={session.user_agent ?? undefined}
                    className="block truncate font-medium"
                  >
                    {nameBrowser(session.user_agent)}
                  </span>
                  <span className="block text-meta text-mut">
                    {session.address ?? 'unknown address'} · seen{' '}
                    <RelativeTime value={session.last_seen_at} /> · signed in{' '}
                    <RelativeTime value={session.created_at} />
                  </span>
                </span>
                {session.is_current ? (
                  <Badge tone="ok">this one</Badge>
                ) : (
                  <Button
                    size="sm"
                    onClick={() =>
                      write.mutate({ method: 'DELETE', path: `/sessions/${session.id}` })
                    }
                  >
                    End
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Listed>
    </Panel>
  );
}
