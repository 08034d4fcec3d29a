'use client';

import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Textarea } from '@/components/ui/textarea';
import { fieldsOf, type Kind } from '@/lib/kinds/index';
import { defineWords } from './define-words';
import type { StreamDraft } from './stream-draft';
import type { DefineStream } from './use-define-stream';

const text = defineWords;

type TextName = {
  [Name in keyof StreamDraft]: StreamDraft[Name] extends string ? Name : never;
}[keyof StreamDraft];

interface LineProps {
  form: DefineStream;
  name: TextName;
  /** Where the API says that it is wrong. */
  at: string;
  required?: boolean;
}

function Line({ form, name, at, required = false }: LineProps) {
  const { label, hint, placeholder } = text.lines[name as keyof typeof text.lines];
  return (
    <Field label={label} hint={hint} required={required} error={form.faultAt(at)}>
      {(control) => (
        <Input
          {...control}
          mono
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={form.draft[name]}
          onChange={(event) => form.change({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
}

/** Which list, and how its pages are turned. */
export function DefineList({ form }: { form: DefineStream }) {
  const { paging } = form.draft;
  const isCounted = paging === 'page' || paging === 'offset';
  return (
    <section className="grid gap-3 sm:grid-cols-2" aria-label={text.list}>
      <Line form={form} name="title" at="title" required />
      <Line form={form} name="path" at="path" required />
      <Line form={form} name="items" at="items" />
      <Line form={form} name="id" at="id" required />
      <Line form={form} name="updatedAt" at="updated_at" />
      <Line form={form} name="itemPath" at="item_path" />
      <Field label={text.paging} required error={form.faultAt('paging')}>
        {(control) => (
          <Select
            control={control}
            value={paging}
            onValueChange={(style) => form.change({ paging: style })}
            options={text.pagings}
          />
        )}
      </Field>
      {(isCounted || paging === 'cursor') && (
        <Line form={form} name="parameter" at="paging.parameter" required />
      )}
      {isCounted && <Line form={form} name="size" at="paging.size" required />}
      {paging === 'cursor' && <Line form={form} name="next" at="paging.next" required />}
      <Line form={form} name="since" at="since.parameter" />
      {form.draft.since.trim() !== '' && (
        <Field label={text.sinceFormat} required>
          {(control) => (
            <Select
              control={control}
              value={form.draft.sinceFormat}
              onValueChange={(sinceFormat) => form.change({ sinceFormat })}
              options={text.sinceFormats}
            />
          )}
        </Field>
      )}
    </section>
  );
}

/** Where each field of a record stands in an object of the list. */
export function DefineFields({ form, kind }: { form: DefineStream; kind: string }) {
  const names = Object.keys(fieldsOf(kind as Kind));
  const { fields } = form.draft;
  return (
    <section className="grid gap-3" aria-label={text.fields}>
      <h3 className="font-medium">{text.fields}</h3>
      <p className="text-meta text-mut">{text.fieldsHint}</p>
      <div className="grid gap-3 sm:grid-cols-3">
        {names.map((name) => (
          <Field
            key={name}
            label={name}
            marksOptional={false}
            error={form.faultAt(`fields.${name}`)}
          >
            {(control) => (
              <Input
                {...control}
                mono
                autoComplete="off"
                spellCheck={false}
                value={fields[name] ?? ''}
                onChange={(event) =>
                  form.change({ fields: { ...fields, [name]: event.target.value } })
                }
              />
            )}
          </Field>
        ))}
      </div>
      {kind === 'task' && (
        <Field label={text.states} hint={text.statesHint} error={form.faultAt('states')}>
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              value={form.draft.states}
              onChange={(event) => form.change({ states: event.target.value })}
            />
          )}
        </Field>
      )}
    </section>
  );
}
