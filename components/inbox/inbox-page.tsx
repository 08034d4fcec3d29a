'use client';

import { useConnections } from '@/components/connections/use-connections';
import { useMay } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { DeadLetters } from './dead-letters';
import { EventDrawer } from './event-drawer';
import { EventFilters } from './event-filters';
import { EventList } from './event-list';
import { filterOf } from './inbox-filter';
import { RefusedList, RefusedToday } from './refused-list';
import { ReplayList } from './replay-list';
import { ReplayMany } from './replay-many';
import { words } from './words';

const views = ['events', 'dead', 'refused', 'replays'] as const;
type View = (typeof views)[number];

/** Webhooks: what came, what was given up, what was turned away, and what is applied once more. */
export function InboxPage() {
  const [params, change] = useUrlQuery();
  const mayReplay = useMay('editor');
  const connections = useConnections();
  const view: View = views.find((one) => one === params.get('view')) ?? 'events';
  const filter = filterOf(params);
  const event = view === 'events' ? params.get('event') : null;
  const request = view === 'refused' ? params.get('request') : null;
  const connectors = [
    ...new Set((connections.data?.data ?? []).map(({ connector }) => connector)),
  ].sort();
  const show = (next: View) =>
    change({ view: next === 'events' ? undefined : next, event: undefined, request: undefined });
  return (
    <Page
      fill={view === 'events' || view === 'refused'}
      beside={event || request ? 'lg' : undefined}
    >
      <PageHeader title={words.title} sub={words.sub} />
      <div className="flex flex-wrap items-center gap-2">
        <SegmentedControl
          label={words.title}
          value={view}
          onValueChange={show}
          segments={views.map((value) => ({ value, label: words.views[value] }))}
        />
        {view === 'events' && (
          <>
            <EventFilters filter={filter} change={change} connectors={connectors} />
            {mayReplay && Object.keys(filter).length > 0 && (
              <ReplayMany filter={filter} onStarted={() => show('replays')} />
            )}
          </>
        )}
        {view === 'refused' && <RefusedToday />}
      </div>
      {view === 'events' && (
        <EventList key={JSON.stringify(filter)} filter={filter} open={event} change={change} />
      )}
      {view === 'dead' && <DeadLetters change={change} />}
      {view === 'refused' && <RefusedList open={request} change={change} />}
      {view === 'replays' && <ReplayList />}
      {event && (
        <EventDrawer
          key={event}
          id={event}
          change={change}
          onClose={() => change({ event: undefined })}
        />
      )}
    </Page>
  );
}
