'use client';

import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { showToast } from '@/components/ui/toaster';
import {
  type DraftPreview,
  destinationKinds,
  type Subscription,
  subscriptionMadeSchema,
  subscriptionSchema,
} from '@/lib/delivery/schema';
import { ApiProblem } from '@/lib/live/index';
import { MessageBody } from './delivery-drawer';
import { DestinationFields, type FieldsProps } from './destination-fields';
import { FilterFields } from './filter-fields';
import {
  draftOf,
  emptyDraft,
  type FormDraft,
  inputOf,
  isWhole,
  patchOf,
  previewOf,
} from './form-draft';
import { SecretOnce } from './secret-panel';
import { usePreview, useWrite } from './use-deliveries';
import { words } from './words';

const text = words.form;

/** Makes a subscription or changes one; what it would say is shown while one types. */
export function SubscriptionForm({
  subscription,
  start = emptyDraft,
  onClose,
}: {
  subscription?: Subscription;
  /** What a new one begins with. */
  start?: FormDraft;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState<FormDraft>(() =>
    subscription ? draftOf(subscription) : start,
  );
  const change = (part: Partial<FormDraft>) => setDraft((before) => ({ ...before, ...part }));
  const make = useWrite(subscriptionMadeSchema, { quiet: true });
  const save = useWrite(subscriptionSchema, { quiet: true });
  const [secret, setSecret] = useState<string | null>(null);
  const error = make.error ?? save.error;
  const settled = useSettled(draft);
  const asked = usePreview(previewOf(settled, subscription?.filter));
  const preview = asked.data;
  // What was said of the draft before this one is shown on, and what was wrong with it is not.
  const isAbout = !asked.isPlaceholderData && settled === draft;
  const told = new Map(
    error instanceof ApiProblem ? error.errors.map((one) => [one.field, one.reason]) : [],
  );
  // What the hub says while one types stands at its field, like what it says to the whole.
  const faults = new Map(told);
  if (isAbout && preview?.url_fault && draft.kind === 'webhook')
    faults.set('config.url', preview.url_fault);
  if (preview?.template_fault && draft.kind !== 'webhook') {
    faults.set('config.template', preview.template_fault);
  }
  const isNew = subscription === undefined;
  const close = (message: string) => {
    showToast({ tone: 'ok', title: message });
    onClose();
  };
  const submit = () => {
    if (subscription) {
      const path = `/subscriptions/${subscription.id}`;
      const address = draft.kind === 'slack' ? draft.address.trim() : '';
      save.mutate(
        { method: 'PATCH', path, json: patchOf(draft, subscription) },
        {
          onSuccess: () => {
            if (!address) return close(text.saved);
            const json = { secret: address, overlap_hours: 0 };
            make.mutate(
              { method: 'PUT', path: `${path}/secret`, json },
              { onSuccess: () => close(text.saved) },
            );
          },
        },
      );
      return;
    }
    make.mutate(
      { method: 'POST', path: '/subscriptions', json: inputOf(draft) },
      {
        onSuccess: (made) => {
          if (made.secret === null) close(text.made);
          else setSecret(made.secret);
        },
      },
    );
  };
  if (secret !== null) return <SecretOnce secret={secret} onDone={() => close(text.made)} />;
  const fields: FieldsProps = { draft, change, faults, isNew, kept: subscription };
  return (
    <Dialog
      open
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={isNew ? text.add : text.edit}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            variant="primary"
            busy={make.isPending || save.isPending}
            disabled={!isWhole(draft, subscription)}
            onClick={submit}
          >
            {isNew ? text.make : text.save}
          </Button>
        </>
      }
    >
      <form
        className="grid grid-cols-1 gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole(draft, subscription)) submit();
        }}
      >
        {isNew && <KindChoice draft={draft} change={change} />}
        <Field label={text.name} required error={faults.get('name')}>
          {(control) => (
            <Input
              {...control}
              placeholder={text.namePlaceholder}
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
            />
          )}
        </Field>
        <DestinationFields {...fields} />
        <FilterFields {...fields} />
        <Pace {...fields} />
        {error && told.size === 0 && (
          <p role="alert" className="text-bad">
            {error.message}
          </p>
        )}
        <Preview answer={preview} />
        {/* Enter in a field sends the form; the button that is seen stands in the dialog's foot. */}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function KindChoice({ draft, change }: Pick<FieldsProps, 'draft' | 'change'>) {
  return (
    <div className="grid grid-cols-1 gap-1.5">
      <SegmentedControl
        label={text.kind}
        value={draft.kind}
        onValueChange={(kind) => change({ kind })}
        segments={destinationKinds.map((value) => ({ value, label: words.kinds[value] }))}
      />
      <p className="text-mut">{words.kindHints[draft.kind]}</p>
    </div>
  );
}

function Pace({ draft, change, faults, isNew }: FieldsProps) {
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      {isNew && (
        <div className="grid content-start gap-1.5">
          <span className="font-medium text-body">{text.from}</span>
          <SegmentedControl
            label={text.from}
            value={draft.from}
            onValueChange={(from) => change({ from })}
            segments={(['now', 'beginning'] as const).map((value) => ({
              value,
              label: text.froms[value],
            }))}
          />
          {draft.from === 'beginning' && <p className="text-dim text-meta">{text.fromHint}</p>}
        </div>
      )}
      <Field label={text.perSecond} marksOptional={false} error={faults.get('per_second')}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            value={draft.perSecond}
            onChange={(event) => change({ perSecond: event.target.value })}
          />
        )}
      </Field>
      <Field label={text.atOnce} marksOptional={false} error={faults.get('max_in_flight')}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            value={draft.atOnce}
            onChange={(event) => change({ atOnce: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

/** Nobody is asked with every key. */
const settleMs = 400;

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What would be said of the latest change that fits, and how many fit. */
function Preview({ answer }: { answer: DraftPreview | undefined }) {
  return (
    <section className="grid grid-cols-1 gap-2 border-line border-t pt-3" aria-label={text.preview}>
      <h3 className="font-semibold">{text.preview}</h3>
      {answer && (
        <p role="status" className="text-mut">
          {text.fits(answer.matching, answer.looked_at)}
        </p>
      )}
      {answer?.sample && <MessageBody content={answer.sample} />}
    </section>
  );
}
