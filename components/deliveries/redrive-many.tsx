'use client';

import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { showToast } from '@/components/ui/toaster';
import { redrivenSchema } from '@/lib/delivery/schema';
import { useWrite } from './use-deliveries';
import { words } from './words';

const path = '/deliveries/redrive';

/** What was given up of one subscription goes out again; first it says how many that are. */
export function RedriveMany({ subscriptionId }: { subscriptionId: string }) {
  const write = useWrite(redrivenSchema);
  const [found, setFound] = useState<number | null>(null);
  const json = { subscription_id: subscriptionId, status: 'dead' };
  const look = async () => {
    const { left } = await write.mutateAsync({
      method: 'POST',
      path,
      json: { ...json, preview: true },
    });
    if (left > 0) setFound(left);
    else showToast({ tone: 'neutral', title: words.redrive.none });
  };
  const redrive = async () => {
    const { redriven, left } = await write.mutateAsync({ method: 'POST', path, json });
    setFound(null);
    showToast({
      tone: 'ok',
      title: words.redrive.done(redriven),
      ...(left > 0 ? { description: words.redrive.left(left) } : {}),
    });
  };
  return (
    <>
      <Button
        size="sm"
        icon={<RotateCw aria-hidden="true" />}
        busy={write.isPending && found === null}
        onClick={() => void look().catch(() => undefined)}
      >
        {words.redrive.many}
      </Button>
      {found !== null && (
        <ConfirmDialog
          open
          onOpenChange={(isOpen) => {
            if (!isOpen) setFound(null);
          }}
          title={words.redrive.title}
          action={words.actions.redrive}
          count={found}
          danger={false}
          onConfirm={redrive}
        >
          {words.redrive.body(found)}
        </ConfirmDialog>
      )}
    </>
  );
}
