'use client';

import { CheckCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Menu } from '@/components/ui/menu';
import { showToast } from '@/components/ui/toaster';
import type { ConflictFilter, ResolvedAll } from '@/lib/records/schema';
import { useResolveAll } from './use-conflicts';
import { words } from './words';

type Filter = Omit<ConflictFilter, 'status' | 'resolved_by'>;
type Choice = 'local' | 'remote';

/** Every open conflict a filter names, by one answer: first how many, then the question, then slices. */
export function SettleAll({ filter }: { filter: Filter }) {
  const many = useSettleAll(filter);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button size="sm" icon={<CheckCheck aria-hidden="true" />} busy={many.isLooking}>
            {words.bulk.all}
          </Button>
        }
        groups={[
          {
            items: [
              { id: 'local', label: words.bulk.allOurs, onSelect: () => many.look('local') },
              { id: 'remote', label: words.bulk.allTheirs, onSelect: () => many.look('remote') },
            ],
          },
        ]}
      />
      <SettleAllDialog many={many} />
    </>
  );
}

export function SettleAllDialog({
  many,
  onSettled,
}: {
  many: ReturnType<typeof useSettleAll>;
  onSettled?: () => void;
}) {
  const { asked } = many;
  if (!asked) return null;
  return (
    <ConfirmDialog
      open
      danger={false}
      title={words.bulk.titles[asked.choice]}
      action={words.choose[asked.choice]}
      count={asked.found.left}
      onOpenChange={(isOpen) => {
        if (!isOpen) many.forget();
      }}
      onConfirm={async () => {
        await many.settle();
        onSettled?.();
      }}
    >
      {words.bulk.found(asked.found.left)} {words.bulk.bodies[asked.choice]}
    </ConfirmDialog>
  );
}

export function useSettleAll(filter: Filter) {
  const all = useResolveAll();
  const [asked, setAsked] = useState<{
    choice: Choice;
    filter: Filter;
    found: ResolvedAll;
  } | null>(null);

  const look = async (choice: Choice, narrower: Filter) => {
    const named = { ...filter, ...narrower };
    try {
      const found = await all.mutateAsync({
        mutation_id: crypto.randomUUID(),
        choice,
        filter: named,
        preview: true,
      });
      if (found.left > 0) setAsked({ choice, filter: named, found });
      else showToast({ tone: 'neutral', title: words.bulk.none });
    } catch (error) {
      const description = error instanceof Error ? error.message : '';
      showToast({ tone: 'bad', title: words.notSaved, description });
    }
  };

  const settle = async () => {
    if (!asked?.found.upto) return;
    const { choice, found } = asked;
    const sum = { resolved: 0, refused: 0 };
    let slice: ResolvedAll = found;
    let before: string | null = null;
    do {
      slice = await all.mutateAsync({
        // One for each slice: a record may have fields in two of them.
        mutation_id: crypto.randomUUID(),
        choice,
        filter: asked.filter,
        ...(found.upto ? { upto: found.upto } : {}),
        ...(before ? { before } : {}),
      });
      sum.resolved += slice.resolved;
      sum.refused += slice.refused;
      before = slice.next;
    } while (before !== null);
    const rest = [
      ...(sum.refused > 0
        ? [`${words.bulk.refused(sum.refused)}: ${slice.reasons.join(' ')}`]
        : []),
      ...(slice.left > 0 ? [words.bulk.left(slice.left)] : []),
    ];
    showToast({
      tone: sum.refused > 0 ? 'warn' : 'ok',
      title: words.bulk.done(sum.resolved),
      ...(rest.length > 0 ? { description: rest.join(' ') } : {}),
    });
  };

  return {
    asked,
    isLooking: all.isPending && asked === null,
    look: (choice: Choice, narrower: Filter = {}) => void look(choice, narrower),
    forget: () => setAsked(null),
    settle,
  };
}
