'use client';

import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { showToast } from '@/components/ui/toaster';
import { useEditRecord } from '@/lib/live/index';
import { type Conflict, fieldsPatchSchema } from '@/lib/records/schema';
import { showValue } from './values';

/** A field that changed on both sides: either value is chosen by an ordinary edit. */
export function ConflictChoice({ conflict, recordId }: { conflict: Conflict; recordId: string }) {
  const edit = useEditRecord(recordId, (problem) =>
    showToast({ tone: 'bad', title: 'The choice was not saved', description: problem.reason }),
  );
  const choose = (value: unknown) => () => {
    const patch = fieldsPatchSchema.safeParse({ [conflict.field]: value });
    if (patch.success) edit(patch.data);
  };
  return (
    <Notice tone="warn" title={`${conflict.field} changed on both sides`}>
      <dl className="my-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
        <dt className="text-dim">before</dt>
        <dd>{showValue(conflict.base)}</dd>
        <dt className="text-dim">here</dt>
        <dd>{showValue(conflict.local)}</dd>
        <dt className="text-dim">there</dt>
        <dd>{showValue(conflict.remote)}</dd>
      </dl>
      <div className="flex gap-2">
        <Button size="sm" onClick={choose(conflict.local)}>
          Keep ours
        </Button>
        <Button size="sm" onClick={choose(conflict.remote)}>
          Take theirs
        </Button>
      </div>
    </Notice>
  );
}
