'use client';

import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Textarea } from '@/components/ui/textarea';
import type { RecordPlace } from '@/lib/records/schema';
import {
  chosenOf,
  isTaken,
  type NewRecordDraft,
  statesFor,
  takersOf,
  togglePlace,
} from './new-record-draft';
import { NewRecordPlaces } from './new-record-places';
import { newRecordWords as words } from './new-record-words';
import { StateDot } from './state-mark';
import { words as recordWords } from './words';

export interface NewRecordFormProps {
  draft: NewRecordDraft;
  places: readonly RecordPlace[];
  /** By field; `places` for where. */
  faults: Readonly<Record<string, string | undefined>>;
  onChange: (change: Partial<NewRecordDraft>) => void;
}

/** What a new record holds, as far as the chosen services take it. */
export function NewRecordForm({ draft, places, faults, onChange }: NewRecordFormProps) {
  const chosen = chosenOf(draft.streamIds, places);
  const states = statesFor(chosen);
  const hint = (field: string, otherwise?: string) => {
    const takers = takersOf(field, chosen);
    return takers ? words.only(takers.join(', ')) : otherwise;
  };
  return (
    <div className="grid gap-4">
      <Field label={words.fields.title} required error={faults['title']}>
        {(control) => (
          <Input
            {...control}
            value={draft.title}
            autoComplete="off"
            onChange={(event) => onChange({ title: event.target.value })}
          />
        )}
      </Field>
      <NewRecordPlaces
        places={places}
        chosen={draft.streamIds}
        error={faults['places']}
        onToggle={(place) => onChange({ streamIds: togglePlace(draft.streamIds, place, places) })}
      />
      {isTaken('body', chosen) && (
        <Field
          label={words.fields.body}
          hint={hint('body', words.fields.bodyHint)}
          error={faults['body']}
        >
          {(control) => (
            <Textarea
              {...control}
              value={draft.body}
              onChange={(event) => onChange({ body: event.target.value })}
            />
          )}
        </Field>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {isTaken('state', chosen) && (
          <Field
            label={words.fields.state}
            marksOptional={false}
            hint={hint('state')}
            error={faults['state']}
          >
            {(control) => (
              <Select
                control={control}
                value={states.includes(draft.state) ? draft.state : null}
                onValueChange={(state) => onChange({ state })}
                options={states.map((state) => ({
                  value: state,
                  label: recordWords.states[state],
                  icon: <StateDot state={state} />,
                }))}
              />
            )}
          </Field>
        )}
        {isTaken('labels', chosen) && (
          <Field
            label={words.fields.labels}
            hint={hint('labels', words.fields.labelsHint)}
            error={faults['labels']}
          >
            {(control) => (
              <Input
                {...control}
                value={draft.labels}
                autoComplete="off"
                onChange={(event) => onChange({ labels: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
    </div>
  );
}
