'use client';

import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { Textarea } from '@/components/ui/textarea';
import { showToast } from '@/components/ui/toaster';
import { type Json, limits } from '@/lib/core/index';
import { fieldsEqual, fieldsOf, type TaskState, taskStates } from '@/lib/kinds/index';
import { useEditRecord } from '@/lib/live/index';
import type { RecordPatch, RecordRow } from '@/lib/records/schema';
import { FieldLineage } from './field-lineage';
import { RecordFacts } from './record-facts';
import { textOf, textsOf } from './values';
import type { RecordView } from './view-state';
import { words } from './words';

interface Draft {
  title: string;
  body: string;
  state: string;
  labels: string;
  assignees: string;
}

const joined = (value: unknown): string => textsOf(value).join(', ');
const split = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
];

function draftOf(row: RecordRow): Draft {
  return {
    title: textOf(row.data['title']),
    body: textOf(row.data['body']),
    state: textOf(row.data['state']),
    labels: joined(row.data['labels']),
    assignees: joined(row.data['assignees']),
  };
}

/** What the draft changes, field by field; equal values are left out. */
function patchOf(row: RecordRow, draft: Draft): RecordPatch['data'] {
  const wanted = {
    title: draft.title,
    body: draft.body === '' ? null : draft.body,
    state: draft.state as TaskState,
    labels: split(draft.labels),
    assignees: split(draft.assignees),
  };
  const rules = fieldsOf(row.kind);
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) =>
        !fieldsEqual(rules[name]?.comparator ?? 'exact', value, row.data[name] as Json),
    ),
  );
}

/** The editable fields as a form, the others as facts. */
export function RecordFields({
  row,
  onFilter,
}: {
  row: RecordRow;
  onFilter: (change: Partial<RecordView>) => void;
}) {
  const mayEdit = useMay('editor') && !row.deleted_at;
  const [edited, setEdited] = useState<Partial<Draft>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const edit = useEditRecord(row.id, (problem) => {
    setErrors(
      Object.fromEntries(
        problem.errors.map(({ field, reason }) => [field.replace(/^data\./, ''), reason]),
      ),
    );
    showToast({ tone: 'bad', title: words.notSaved, description: problem.reason });
  });
  // What is not being edited follows the record; what is being edited stays the person's.
  const draft = { ...draftOf(row), ...edited };
  const patch = patchOf(row, draft);
  const isChanged = Object.keys(patch).length > 0;
  const set = (change: Partial<Draft>) => setEdited((present) => ({ ...present, ...change }));
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setErrors({});
        if (isChanged) edit(patch);
        setEdited({});
      }}
    >
      {!mayEdit && !row.deleted_at && <Notice title={words.readOnly} />}
      <Field
        marksOptional={false}
        label="Title"
        error={errors['title']}
        action={<FieldLineage recordId={row.id} field="title" />}
      >
        {(control) => (
          <Input
            {...control}
            disabled={!mayEdit}
            maxLength={limits.titleChars}
            value={draft.title}
            onChange={(event) => set({ title: event.target.value })}
          />
        )}
      </Field>
      <Field
        marksOptional={false}
        label="State"
        error={errors['state']}
        action={<FieldLineage recordId={row.id} field="state" />}
      >
        {(control) => (
          <Select
            control={control}
            disabled={!mayEdit}
            value={draft.state as TaskState}
            options={taskStates.map((state) => ({ value: state, label: words.states[state] }))}
            onValueChange={(state) => set({ state })}
          />
        )}
      </Field>
      <Field
        marksOptional={false}
        label="Labels"
        hint="Separated by commas"
        error={errors['labels']}
        action={<FieldLineage recordId={row.id} field="labels" />}
      >
        {(control) => (
          <Input
            {...control}
            disabled={!mayEdit}
            value={draft.labels}
            onChange={(event) => set({ labels: event.target.value })}
          />
        )}
      </Field>
      <Field
        marksOptional={false}
        label="Assignees"
        hint="Logins at the service, separated by commas"
        error={errors['assignees']}
        action={<FieldLineage recordId={row.id} field="assignees" />}
      >
        {(control) => (
          <Input
            {...control}
            disabled={!mayEdit}
            value={draft.assignees}
            onChange={(event) => set({ assignees: event.target.value })}
          />
        )}
      </Field>
      <Field
        marksOptional={false}
        label="Body"
        hint="Markdown"
        error={errors['body']}
        action={<FieldLineage recordId={row.id} field="body" />}
      >
        {(control) => (
          <Textarea
            {...control}
            disabled={!mayEdit}
            rows={10}
            maxLength={limits.bodyChars}
            value={draft.body}
            onChange={(event) => set({ body: event.target.value })}
          />
        )}
      </Field>
      {mayEdit && (
        <div className="flex gap-2">
          <Button type="submit" variant="primary" aria-disabled={!isChanged}>
            Save
          </Button>
          {isChanged && (
            <Button variant="ghost" onClick={() => setEdited({})}>
              Undo changes
            </Button>
          )}
        </div>
      )}
      <RecordFacts row={row} onFilter={onFilter} />
    </form>
  );
}
