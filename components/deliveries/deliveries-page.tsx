'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Button } from '@/components/ui/button';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { AnalyticsView } from './analytics-view';
import { DeliveryDrawer } from './delivery-drawer';
import { DeliveryList } from './delivery-list';
import { startDraft, startOver } from './start-draft';
import { SubscriptionDrawer } from './subscription-drawer';
import { SubscriptionForm } from './subscription-form';
import { SubscriptionList } from './subscription-list';
import { useSubscriptions } from './use-deliveries';
import { words } from './words';

type View = keyof typeof words.views;
const views: readonly View[] = ['subscriptions', 'deliveries', 'analytics'];
const viewOf = (asked: string | null): View =>
  views.find((view) => view === asked) ?? 'subscriptions';

/** Who is told of changes, and each delivery. The address holds what is shown. */
export function DeliveriesPage() {
  const [params, change] = useUrlQuery();
  const mayEdit = useMay('editor');
  const subscriptions = useSubscriptions();
  const [isMaking, setMaking] = useState(false);
  const view = viewOf(params.get('view'));
  const openSubscription = view === 'subscriptions' ? params.get('subscription') : null;
  const openDelivery = view === 'deliveries' ? params.get('delivery') : null;
  const start = startDraft(params);
  const open = subscriptions.rows.find(({ subscription }) => subscription.id === openSubscription);
  const show = (next: View) =>
    change({ view: next === 'subscriptions' ? undefined : next, delivery: undefined });
  return (
    <Page fill beside={open || openDelivery ? 'lg' : undefined}>
      <PageHeader
        title={words.title}
        sub={words.sub}
        actions={
          mayEdit && (
            <Button
              variant="primary"
              icon={<Plus aria-hidden="true" />}
              onClick={() => setMaking(true)}
            >
              {words.add}
            </Button>
          )
        }
      />
      <div className="flex flex-wrap items-center gap-2">
        <SegmentedControl
          label={words.title}
          value={view}
          onValueChange={show}
          segments={views.map((value) => ({
            value,
            label: words.views[value],
          }))}
        />
        {view === 'deliveries' && (
          <DeliveryList.Filters params={params} change={change} rows={subscriptions.rows} />
        )}
      </div>
      {view === 'analytics' && <AnalyticsView />}
      {view === 'subscriptions' && (
        <SubscriptionList
          list={subscriptions}
          activeId={openSubscription}
          onOpen={(id) => change({ subscription: id })}
          onMake={mayEdit ? () => setMaking(true) : undefined}
        />
      )}
      {view === 'deliveries' && (
        <DeliveryList params={params} change={change} rows={subscriptions.rows} />
      )}
      {open && (
        <SubscriptionDrawer
          key={open.subscription.id}
          row={open}
          onClose={() => change({ subscription: undefined })}
          onSeeDeliveries={() => change({ view: 'deliveries' })}
        />
      )}
      {openDelivery && (
        <DeliveryDrawer
          key={openDelivery}
          id={openDelivery}
          nameOf={(id) =>
            subscriptions.rows.find(({ subscription }) => subscription.id === id)?.subscription.name
          }
          onClose={() => change({ delivery: undefined })}
        />
      )}
      {mayEdit && (isMaking || start) && (
        <SubscriptionForm
          {...(start ? { start } : {})}
          onClose={() => {
            setMaking(false);
            change(startOver);
          }}
        />
      )}
    </Page>
  );
}
