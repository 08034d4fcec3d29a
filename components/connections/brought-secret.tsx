'use client';

import { AddressToCopy } from '@/components/settings/address-to-copy';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { showToast } from '@/components/ui/toaster';
import { listenWords } from './listen-words';
import { useBrought, useTakeBrought } from './use-listening';

const text = listenWords.panel;

/** A secret that came with an unsigned first call: shown, and of no use before somebody says it is right. */
export function BroughtSecret({ connectionId }: { connectionId: string }) {
  const brought = useBrought(connectionId, true);
  const take = useTakeBrought(connectionId);
  const waiting = brought.data?.brought;
  if (!waiting) return <Notice title={text.brings} />;
  return (
    <div className="grid gap-3">
      <Notice tone="warn" title={text.brought} live />
      <AddressToCopy label={text.broughtName} value={waiting.secret} />
      {take.error && <Notice tone="bad" title={take.error.message} live />}
      <div>
        <Button
          size="sm"
          variant="primary"
          busy={take.isPending}
          onClick={() =>
            take.mutate(waiting.brought_at, {
              onSuccess: () => showToast({ tone: 'ok', title: text.taken }),
            })
          }
        >
          {text.take}
        </Button>
      </div>
    </div>
  );
}
