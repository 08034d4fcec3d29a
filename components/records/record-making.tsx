'use client';

import { SagaLine } from '@/components/connections/saga-timeline';
import { Notice } from '@/components/ui/notice';
import type { RecordRow } from '@/lib/records/schema';
import { SagaEnd } from './new-record-progress';
import { useRecordSagas } from './use-new-record';
import { words } from './words';

/** Of a record that was made here: how its objects were made. Of one that has ended: why. */
export function RecordMaking({ row }: { row: RecordRow }) {
  const saga = useRecordSagas(row.id).data?.[0];
  const isTakenBack = saga?.state === 'compensated' || saga?.state === 'failed';
  return (
    <>
      {row.deleted_at && !isTakenBack && <Notice tone="warn" title={words.deleted} />}
      {saga && (
        <div className="mb-3 grid gap-3">
          {isTakenBack && <SagaEnd saga={saga} />}
          <SagaLine saga={saga} isOpen={saga.state !== 'completed'} />
        </div>
      )}
    </>
  );
}
