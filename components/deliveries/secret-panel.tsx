'use client';

import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { z } from 'zod';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog } from '@/components/ui/dialog';
import { RelativeTime } from '@/components/ui/relative-time';
import { Switch } from '@/components/ui/switch';
import { subscriptionMadeSchema } from '@/lib/delivery/schema';
import type { Watched } from './health';
import { useWrite } from './use-deliveries';
import { words } from './words';

const text = words.secret;
const overlapHours = 24;

/** When the secret was put, whether two are good, and a way to another one. */
export function SecretPanel({ row: { subscription, health } }: { row: Watched }) {
  const mayChange = useMay('admin');
  const rotate = useWrite(subscriptionMadeSchema, { quiet: true });
  const end = useWrite(z.unknown());
  const [isAsking, setAsking] = useState(false);
  const [isAtOnce, setAtOnce] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const until = health?.previous_secret_until ?? null;
  const path = `/subscriptions/${subscription.id}`;
  return (
    <section className="grid gap-2 rounded-md border border-line p-3" aria-label={text.title}>
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="flex items-center gap-2 font-semibold">
          <KeyRound aria-hidden="true" className="size-4 text-dim" /> {text.title}
        </h3>
        {subscription.secret_at && (
          <span className="text-mut">
            {text.since} <RelativeTime value={subscription.secret_at} />
          </span>
        )}
        {mayChange && (
          <Button size="sm" className="ml-auto" onClick={() => setAsking(true)}>
            {text.rotate}
          </Button>
        )}
      </div>
      {until && (
        <p className="flex flex-wrap items-center gap-2 text-mut">
          {text.overlap(new Date(until).toLocaleString())}
          {mayChange && (
            <Button
              size="sm"
              busy={end.isPending}
              onClick={() => end.mutate({ method: 'DELETE', path: `${path}/previous-secret` })}
            >
              {text.endNow}
            </Button>
          )}
        </p>
      )}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={text.rotate}
        action={text.rotate}
        danger={false}
        onConfirm={async () => {
          const json = { overlap_hours: isAtOnce ? 0 : overlapHours };
          const answer = await rotate.mutateAsync({ method: 'PUT', path: `${path}/secret`, json });
          setMade(answer.secret);
        }}
      >
        <p>{text.rotateBody}</p>
        <Switch
          className="mt-3"
          checked={isAtOnce}
          onCheckedChange={setAtOnce}
          label={text.atOnce}
        />
      </ConfirmDialog>
      {made !== null && <SecretOnce secret={made} onDone={() => setMade(null)} />}
    </section>
  );
}

/** The one time a secret is seen; no stray press beside it loses it. */
export function SecretOnce({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Dialog
      open
      isSticky
      onOpenChange={(open) => {
        if (!open) onDone();
      }}
      title={text.once}
      description={text.onceBody}
      footer={
        <Button variant="primary" onClick={onDone}>
          {text.done}
        </Button>
      }
    >
      <div className="rounded-md border border-line bg-raise p-2">
        <CopyButton value={secret} label="Copy the secret" full />
      </div>
    </Dialog>
  );
}
