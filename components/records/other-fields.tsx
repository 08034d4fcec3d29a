'use client';

import { useState } from 'react';
import { useMay } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { FactList } from '@/components/ui/fact-list';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Textarea } from '@/components/ui/textarea';
import { showToast } from '@/components/ui/toaster';
import { type Json, limits } from '@/lib/core/index';
import { type FieldRule, fieldsEqual, fieldsOf } from '@/lib/kinds/index';
import { useEditRecord } from '@/lib/live/index';
import { fieldsPatchSchema, type RecordPatch, type RecordRow } from '@/lib/records/schema';
import { FieldLineage } from './field-lineage';
import { useWritable } from './use-writable';
import { showMoney, showValue, textOf, textsOf } from './values';
import { words } from './words';

/** A field's value as it stands in a line or box of text. */
const writtenOf = (rule: FieldRule, value: unknown): string =>
  rule.comparator === 'set' ? textsOf(value).join(', ') : textOf(value);

/** The other way round; an empty box stands for nothing where the field can hold nothing. */
function wantedOf(rule: FieldRule, written: string, canBeNull: boolean): Json {
  if (rule.comparator !== 'set') return written === '' && canBeNull ? null : written;
  const items = written.split(',').map((item) => item.trim());
  return [...new Set(items.filter(Boolean))];
}

const nullable = (name: string): boolean => fieldsPatchSchema.safeParse({ [name]: null }).success;

const labelOf = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');

/** Fields of a record that is no task: those a person may change as a form, the others as facts. */
export function OtherFields({ row }: { row: RecordRow }) {
  const mayEdit = useMay('editor') && !row.deleted_at;
  const [edited, setEdited] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const edit = useEditRecord(row.id, (problem) => {
    setErrors(
      Object.fromEntries(
        problem.errors.map(({ field, reason }) => [field.replace(/^data\./, ''), reason]),
      ),
    );
    showToast({ tone: 'bad', title: words.notSaved, description: problem.reason });
  });
  const isWritable = useWritable(row);
  const rules = Object.entries(fieldsOf(row.kind));
  const isOpen = ([name, rule]: [string, FieldRule]) => rule.editable && isWritable(name);
  const editable = rules.filter(isOpen);
  const patch = Object.fromEntries(
    editable.flatMap(([name, rule]) => {
      const written = edited[name];
      if (written === undefined) return [];
      const value = wantedOf(rule, written, nullable(name));
      return fieldsEqual(rule.comparator, value, row.data[name] as Json) ? [] : [[name, value]];
    }),
  ) as RecordPatch['data'];
  const isChanged = Object.keys(patch).length > 0;
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
      {editable.map(([name, rule]) => (
        <EditableField
          key={name}
          recordId={row.id}
          name={name}
          rule={rule}
          isOpen={mayEdit}
          error={errors[name]}
          value={edited[name] ?? writtenOf(rule, row.data[name])}
          onChange={(text) => setEdited((present) => ({ ...present, [name]: text }))}
        />
      ))}
      {mayEdit && editable.length > 0 && (
        <div className="flex gap-2">
          <Button type="submit" variant="primary" aria-disabled={!isChanged}>
            {words.save}
          </Button>
          {isChanged && (
            <Button variant="ghost" onClick={() => setEdited({})}>
              {words.undo}
            </Button>
          )}
        </div>
      )}
      <FactList
        facts={[
          { label: 'Version', value: String(row.version) },
          ...rules
            .filter((one) => !isOpen(one) && one[0] !== 'url')
            .map(([name]) => ({ label: labelOf(name), value: factOf(row, name) })),
        ]}
      />
    </form>
  );
}

interface EditableFieldProps {
  recordId: string;
  name: string;
  rule: FieldRule;
  isOpen: boolean;
  error: string | undefined;
  value: string;
  onChange: (text: string) => void;
}

/** A box for text of many lines, a line for everything else. */
function EditableField(field: EditableFieldProps) {
  const { recordId, name, rule, isOpen, error, value, onChange } = field;
  return (
    <Field
      marksOptional={false}
      label={labelOf(name)}
      error={error}
      action={<FieldLineage recordId={recordId} field={name} />}
      {...(rule.comparator === 'set' ? { hint: words.separated } : {})}
    >
      {(control) => {
        const shared = { ...control, disabled: !isOpen, value };
        return rule.comparator === 'text' ? (
          <Textarea
            {...shared}
            rows={6}
            maxLength={limits.bodyChars}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <Input {...shared} onChange={(event) => onChange(event.target.value)} />
        );
      }}
    </Field>
  );
}

function factOf({ data }: RecordRow, name: string): string {
  const value = data[name];
  if (name === 'amount' || name === 'refunded') return showMoney(value, data['currency']) || '–';
  if (value === null || value === undefined) return '–';
  if (typeof value === 'object' && 'login' in value) return textOf(value.login);
  return showValue(value);
}
