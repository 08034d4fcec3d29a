'use client';

import { useProviderName } from '@/components/shell/use-provider-name';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy-button';
import { FactList } from '@/components/ui/fact-list';
import { formatCount } from '@/components/ui/format-number';
import { formatDuration } from '@/components/ui/format-time';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { Stat } from '@/components/ui/stat';
import type { Connection } from '@/lib/connections/schema';
import { Abilities } from './abilities';
import { ClockFact } from './clock-fact';
import { EventHint } from './event-hint';
import { words } from './words';

const when = (at: string | null, never: string) => (at ? <RelativeTime value={at} /> : never);

/** What is known of a connection, and since when. */
export function ConnectionFacts({ connection }: { connection: Connection }) {
  // One that is only listened to is never asked anything.
  const isCalled = connection.auth_kind !== 'webhook';
  const nameOf = useProviderName();
  const { p50_ms: median, p95_ms: slow } = connection.freshness;
  return (
    <>
      <Panel title="Freshness" aside="last hour">
        {median === null ? (
          <p className="text-mut">No webhook in the last hour.</p>
        ) : (
          <Stat
            value={formatDuration(median)}
            note={`median${slow === null ? '' : ` · p95 ${formatDuration(slow)}`}`}
          />
        )}
      </Panel>
      <Panel title="Account">
        <FactList
          facts={[
            { label: 'Service', value: connection.app_title ?? nameOf(connection.connector) },
            { label: 'Records', value: formatCount(connection.records) },
            { label: 'Connected', value: <RelativeTime value={connection.created_at} /> },
            ...(isCalled
              ? [
                  { label: 'Checked', value: when(connection.checked_at, 'not yet') },
                  { label: words.clock.label, value: <ClockFact clock={connection.clock} /> },
                ]
              : []),
            // A key or a password is neither exchanged nor renewed.
            ...(connection.auth_kind === 'oauth2'
              ? [
                  { label: 'Expires', value: when(connection.expires_at, 'never') },
                  { label: 'Refreshed', value: when(connection.refreshed_at, 'never') },
                ]
              : []),
            ...(isCalled
              ? [
                  {
                    label: connection.auth_kind === 'oauth2' ? 'Scopes' : 'Needs',
                    value: <Scopes connection={connection} />,
                  },
                ]
              : []),
            ...(connection.auth_kind === 'oauth2' && connection.status !== 'disconnected'
              ? [{ label: 'Access', value: <Abilities connection={connection} /> }]
              : []),
            { label: 'Id', value: <CopyButton value={connection.id} label="Copy connection id" /> },
          ]}
        />
      </Panel>
      <Panel title="Delivery">
        <DeliveryWords connection={connection} />
        <EventHint connection={connection} />
        <ul className="mt-3 grid gap-2">
          {connection.webhooks.map((webhook) => (
            <li key={webhook.id} className="flex flex-wrap items-center justify-between gap-2">
              <span className="min-w-0">
                <span className="block truncate">{words.scopeOf(webhook)}</span>
                <span className="block text-meta text-mut">
                  {webhook.detail ??
                    (webhook.last_received_at ? (
                      <>
                        last event <RelativeTime value={webhook.last_received_at} />
                      </>
                    ) : (
                      'no event yet'
                    ))}
                </span>
              </span>
              <Badge
                tone={
                  webhook.status === 'active'
                    ? 'ok'
                    : webhook.status === 'failed'
                      ? 'bad'
                      : 'neutral'
                }
              >
                {webhook.status}
              </Badge>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

/** What is registered is what counts: without one active webhook nothing arrives by itself. */
function DeliveryWords({ connection }: { connection: Connection }) {
  const isHooked = connection.webhooks.some((webhook) => webhook.status === 'active');
  if (connection.status === 'disconnected') return <p className="text-mut">{words.notDelivered}</p>;
  if (connection.auth_kind === 'webhook') return <p>{words.delivery.webhook}</p>;
  if (connection.delivery === 'webhook' && !isHooked)
    return <Notice tone="warn" title={words.noWebhook} />;
  return <p>{words.delivery[connection.delivery]}</p>;
}

/** Asked and granted side by side: what was not granted is said. */
function Scopes({ connection }: { connection: Connection }) {
  if (connection.status === 'disconnected') return <>{words.givenBack}</>;
  // What a key may do is known at the service alone.
  if (connection.auth_kind !== 'oauth2') {
    return <>{connection.scopes_asked.length > 0 ? connection.scopes_asked.join(', ') : '–'}</>;
  }
  const granted = new Set(connection.scopes_granted);
  const missing = connection.scopes_asked.filter((scope) => !granted.has(scope));
  return (
    <span className="flex flex-wrap gap-1">
      {connection.scopes_granted.map((scope) => (
        <Badge key={scope} shape="tag" tone="ok">
          {scope}
        </Badge>
      ))}
      {missing.map((scope) => (
        <Badge key={scope} shape="tag" tone="warn">
          {scope} not granted
        </Badge>
      ))}
    </span>
  );
}
