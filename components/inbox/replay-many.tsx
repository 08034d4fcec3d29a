'use client';

import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { formatCount } from '@/components/ui/format-number';
import { showToast } from '@/components/ui/toaster';
import { type FilterName, toApiFilter } from './inbox-filter';
import { useReplayMany } from './use-inbox';
import { words } from './words';

const text = words.many;

interface ReplayManyProps {
  filter: Partial<Record<FilterName, string>>;
  label?: string;
  /** After it began. */
  onStarted?: () => void;
}

/** Every event that a filter names once more: first how many that are, then the question. */
export function ReplayMany({ filter, label = text.action, onStarted }: ReplayManyProps) {
  const replay = useReplayMany();
  // The very same moment is counted and replayed: "the last hour" must not move in between.
  const [asked, setAsked] = useState<ReturnType<typeof toApiFilter> | null>(null);
  const found = replay.data?.preview;
  const look = () => {
    const api = toApiFilter(filter, Date.now());
    replay.mutate(
      { filter: api, dry_run: true },
      {
        onSuccess: ({ preview }) => {
          if (preview.count > 0) setAsked(api);
          else showToast({ tone: 'neutral', title: text.nothing });
        },
        onError: (error) =>
          showToast({ tone: 'bad', title: text.refused, description: error.message }),
      },
    );
  };
  const start = async () => {
    if (!asked) return;
    await replay.mutateAsync({ filter: asked, dry_run: false });
    showToast({ tone: 'ok', title: text.started });
    onStarted?.();
  };
  return (
    <>
      <Button
        size="sm"
        icon={<RotateCw aria-hidden="true" />}
        busy={replay.isPending && asked === null}
        onClick={look}
      >
        {label}
      </Button>
      {asked && found && (
        <ConfirmDialog
          open
          danger={false}
          title={text.title}
          action={text.start}
          count={found.count}
          onOpenChange={(isOpen) => {
            if (!isOpen) setAsked(null);
          }}
          onConfirm={start}
        >
          {text.count(formatCount(found.count), found.is_exact)} {text.body}
        </ConfirmDialog>
      )}
    </>
  );
}
