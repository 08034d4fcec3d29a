'use client';

import { Plug } from 'lucide-react';
import type { Route } from 'next';
import { useState } from 'react';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import { ListSkeleton } from '@/components/ui/skeleton';
import type { Kind } from '@/lib/kinds/index';
import type { ApiProblem } from '@/lib/live/index';
import type { RecordPlace } from '@/lib/records/schema';
import {
  chosenOf,
  dataOf,
  emptyDraft,
  faultsOf,
  firstChoice,
  type NewRecordDraft,
} from './new-record-draft';
import { NewRecordForm } from './new-record-form';
import { NewRecordProgress } from './new-record-progress';
import { newRecordWords as words } from './new-record-words';
import { useMakeRecord, useRecordPlaces, useRecordSagas } from './use-new-record';

export interface NewRecordDialogProps {
  kind: Kind;
  onClose: () => void;
  onOpenRecord: (id: string) => void;
}

/** Makes a record at up to three services, and tells how that goes. */
export function NewRecordDialog(props: NewRecordDialogProps) {
  const places = useRecordPlaces(props.kind);
  if (places.data && places.data.length > 0) {
    return <Making {...props} places={places.data} />;
  }
  return (
    <Dialog open title={words.title} onOpenChange={(open) => open || props.onClose()}>
      {places.error ? (
        <ErrorState
          title={words.failed}
          onRetry={() => void places.refetch()}
          retrying={places.isFetching}
        >
          {places.error.message}
        </ErrorState>
      ) : places.data ? (
        <NoPlaces />
      ) : (
        <ListSkeleton label={words.loading} />
      )}
    </Dialog>
  );
}

function NoPlaces() {
  const { home } = useSession();
  const mayConnect = useMay('admin');
  return (
    <EmptyState
      icon={<Plug aria-hidden="true" />}
      title={words.none.title}
      action={
        mayConnect && (
          <LinkButton href={`${home}/connections` as Route}>{words.none.action}</LinkButton>
        )
      }
    >
      {words.none.body}
    </EmptyState>
  );
}

/** A record that was asked for: its id, and where it is made. */
interface Begun {
  recordId: string;
  chosen: RecordPlace[];
}

function Making({
  kind,
  places,
  onClose,
  onOpenRecord,
}: NewRecordDialogProps & { places: readonly RecordPlace[] }) {
  const [draft, setDraft] = useState<NewRecordDraft>(() => ({
    ...emptyDraft,
    streamIds: firstChoice(places),
  }));
  const [mutationId, setMutationId] = useState(() => crypto.randomUUID());
  const [isChecked, setChecked] = useState(false);
  const [begun, setBegun] = useState<Begun | null>(null);
  const making = useMakeRecord();
  const own = faultsOf(draft);
  const submit = () => {
    setChecked(true);
    if (Object.keys(own).length > 0) return;
    const chosen = chosenOf(draft.streamIds, places);
    const stream_ids = chosen.map(({ stream_id: id }) => id);
    making.mutate(
      { mutation_id: mutationId, kind, stream_ids, data: dataOf(draft, chosen) },
      { onSuccess: ({ record_id: recordId }) => setBegun({ recordId, chosen }) },
    );
  };
  if (begun) {
    return (
      <Progress
        begun={begun}
        onClose={onClose}
        onOpenRecord={onOpenRecord}
        onBack={() => {
          // Another try is another record.
          setMutationId(crypto.randomUUID());
          making.reset();
          setBegun(null);
        }}
      />
    );
  }
  return (
    <Dialog
      open
      title={words.title}
      description={words.about}
      onOpenChange={(open) => open || onClose()}
      footer={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button variant="primary" type="submit" form={formId} busy={making.isPending}>
            {words.make}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
        }}
        className="grid gap-4"
      >
        <Refusal problem={making.error} />
        <NewRecordForm
          draft={draft}
          places={places}
          faults={{ ...faultsByField(making.error), ...(isChecked ? own : {}) }}
          onChange={(change) => {
            setDraft({ ...draft, ...change });
            // What was asked for under the old id may have been made, whatever came of the answer.
            if (making.error && !making.error.isTransient) setMutationId(crypto.randomUUID());
          }}
        />
      </form>
    </Dialog>
  );
}

const formId = 'new-record';
const shown = new Set(['title', 'body', 'state', 'labels']);
const isPlace = (field: string): boolean => field.startsWith('stream_ids');

const faultsByField = (problem: ApiProblem | null): Record<string, string> =>
  Object.fromEntries(
    (problem?.errors ?? []).map(({ field, reason }) => [
      isPlace(field) ? 'places' : field.replace(/^data\./, ''),
      reason,
    ]),
  );

/** What stands beside no field of the form. */
function Refusal({ problem }: { problem: ApiProblem | null }) {
  if (!problem) return null;
  const faults = faultsByField(problem);
  if (Object.keys(faults).some((field) => field === 'places' || shown.has(field))) return null;
  return (
    <Notice tone="bad" title={words.notAsked} live>
      {problem.reason}
    </Notice>
  );
}

function Progress({
  begun,
  onClose,
  onOpenRecord,
  onBack,
}: {
  begun: Begun;
  onClose: () => void;
  onOpenRecord: (id: string) => void;
  onBack: () => void;
}) {
  const state = useRecordSagas(begun.recordId).data?.[0]?.state;
  const isTakenBack = state === 'compensated' || state === 'failed';
  return (
    <Dialog
      open
      title={words.progress}
      onOpenChange={(open) => open || onClose()}
      footer={
        <>
          <Button onClick={onClose}>{words.close}</Button>
          {isTakenBack ? (
            <Button variant="primary" onClick={onBack}>
              {words.back}
            </Button>
          ) : (
            <Button variant="primary" onClick={() => onOpenRecord(begun.recordId)}>
              {words.show}
            </Button>
          )}
        </>
      }
    >
      <NewRecordProgress recordId={begun.recordId} chosen={begun.chosen} />
    </Dialog>
  );
}
