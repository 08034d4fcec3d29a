'use client';

import { Pause, Pencil, Play, Send, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { z } from 'zod';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Drawer } from '@/components/ui/drawer';
import { FactList } from '@/components/ui/fact-list';
import { IconButton } from '@/components/ui/icon-button';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import { showToast } from '@/components/ui/toaster';
import { deliveryDetailSchema, subscriptionSchema } from '@/lib/delivery/schema';
import { destinationText, filterText, healthOf, type Watched } from './health';
import { HealthBadge } from './marks';
import { ReplayPanel } from './replay-panel';
import { SecretPanel } from './secret-panel';
import { SubscriptionForm } from './subscription-form';
import { useWrite } from './use-deliveries';
import { words } from './words';

/** One subscription: how it is, where it goes, and everything one can do with it. */
export function SubscriptionDrawer({
  row,
  onClose,
  onSeeDeliveries,
}: {
  row: Watched;
  onClose: () => void;
  onSeeDeliveries: () => void;
}) {
  const { subscription, health } = row;
  const mayEdit = useMay('editor');
  // The moment it was opened is exact enough for a word; the rows around it are fetched anew.
  const [nowMs] = useState(() => Date.now());
  return (
    <Drawer
      open
      modal={false}
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={subscription.name}
      eyebrow={words.kinds[subscription.kind]}
      footer={mayEdit && <Actions row={row} onClose={onClose} />}
    >
      <div className="grid gap-5">
        <div className="flex flex-wrap items-center gap-2">
          <HealthBadge health={healthOf(row, nowMs)} />
          {subscription.behind > 0 && (
            <span className="text-mut">{words.behind(subscription.behind)}</span>
          )}
        </div>
        <Standing row={row} />
        <FactList
          facts={[
            { label: words.facts.destination, value: destinationText(subscription) },
            { label: words.facts.tells, value: filterText(subscription) },
            {
              label: words.facts.position,
              value: `${subscription.cursor.toLocaleString('en')} · ${subscription.owed.toLocaleString('en')} ${words.columns.owed.toLowerCase()}`,
            },
            {
              label: words.facts.arrived,
              value: words.arrived(health?.recent.delivered ?? 0, health?.recent.tried ?? 0),
            },
            {
              label: words.facts.last,
              value: subscription.delivered_at ? (
                <RelativeTime value={subscription.delivered_at} />
              ) : (
                words.never
              ),
            },
            {
              label: words.facts.rate,
              value: words.rate(subscription.per_second, subscription.max_in_flight),
            },
          ]}
        />
        {subscription.missed > 0 && (
          <Notice tone="warn" title={words.missed.title(subscription.missed)}>
            {words.missed.body}
          </Notice>
        )}
        <div>
          <Button onClick={onSeeDeliveries}>{words.actions.seeDeliveries}</Button>
        </div>
        {subscription.kind === 'webhook' && <SecretPanel row={row} />}
        <ReplayPanel subscription={subscription} />
      </div>
    </Drawer>
  );
}

/** Why nothing goes out, when that is so. */
function Standing({ row: { subscription, health } }: { row: Watched }) {
  if (subscription.status === 'disabled') {
    return (
      <Notice tone="bad" title={words.health.disabled}>
        {subscription.status_reason} <RelativeTime value={subscription.status_at} />
      </Notice>
    );
  }
  const breaker = health?.breaker;
  if (breaker && breaker.state !== 'closed') {
    return (
      <Notice tone="warn" title={words.breaker[breaker.state]}>
        {breaker.cause} {breaker.retry_at && words.breaker.retry}{' '}
        {breaker.retry_at && <RelativeTime value={breaker.retry_at} />}
      </Notice>
    );
  }
  if (health?.rest_until) {
    return (
      <Notice tone="warn" title={words.rest}>
        {words.restUntil} <RelativeTime value={health.rest_until} />
      </Notice>
    );
  }
  if (subscription.failing_since === null) return null;
  return (
    <Notice tone="warn" title={words.health.failing}>
      {words.facts.failing} <RelativeTime value={subscription.failing_since} />
    </Notice>
  );
}

function Actions({ row: { subscription }, onClose }: { row: Watched; onClose: () => void }) {
  const [isEditing, setEditing] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const patch = useWrite(subscriptionSchema);
  const test = useWrite(deliveryDetailSchema);
  const remove = useWrite(z.unknown(), { quiet: true });
  const path = `/subscriptions/${subscription.id}`;
  const isActive = subscription.status === 'active';
  const resume = subscription.status === 'disabled' ? words.actions.switchOn : words.actions.resume;
  return (
    <>
      <Button
        icon={isActive ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
        busy={patch.isPending}
        onClick={() =>
          patch.mutate({
            method: 'PATCH',
            path,
            json: { status: isActive ? 'paused' : 'active' },
          })
        }
      >
        {isActive ? words.actions.pause : resume}
      </Button>
      <Button
        icon={<Send aria-hidden="true" />}
        busy={test.isPending}
        disabled={!isActive}
        onClick={() =>
          test.mutate(
            { method: 'POST', path: `${path}/test` },
            {
              onSuccess: () =>
                showToast({
                  tone: 'ok',
                  title: words.testSent,
                  description: words.testSentHint,
                }),
            },
          )
        }
      >
        {words.actions.sendTest}
      </Button>
      <Button icon={<Pencil aria-hidden="true" />} onClick={() => setEditing(true)}>
        {words.actions.edit}
      </Button>
      <IconButton
        className="ml-auto"
        label={words.actions.remove}
        icon={<Trash2 aria-hidden="true" />}
        onClick={() => setAsking(true)}
      />
      {isEditing && (
        <SubscriptionForm subscription={subscription} onClose={() => setEditing(false)} />
      )}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={words.remove.title(subscription.name)}
        action={words.actions.remove}
        onConfirm={async () => {
          await remove.mutateAsync({ method: 'DELETE', path });
          showToast({ tone: 'ok', title: words.removed });
          onClose();
        }}
      >
        {words.remove.body(subscription.owed)}
      </ConfirmDialog>
    </>
  );
}
