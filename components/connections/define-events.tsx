'use client';

import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { defineWords } from './define-words';
import { listenWords } from './listen-words';
import type { StreamDraft } from './stream-draft';
import type { DefineStream } from './use-define-stream';

const text = listenWords.define;
const lines = {
  title: defineWords.lines.title,
  id: defineWords.lines.id,
  events: text.events,
  items: text.items,
  updatedAt: text.updatedAt,
  deletedNames: text.deletedNames,
  deletedPath: text.deletedPath,
  deletedEquals: text.deletedEquals,
};

interface LineProps {
  form: DefineStream;
  name: keyof typeof lines & keyof StreamDraft;
  /** Where the API says that it is wrong. */
  at: string;
  required?: boolean;
}

function Line({ form, name, at, required = false }: LineProps) {
  const { label, hint, placeholder } = lines[name];
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

/** Which events are read, where their object stands, and what tells that it is gone. */
export function DefineEvents({ form }: { form: DefineStream }) {
  const { deletedBy } = form.draft;
  return (
    <section className="grid gap-3 sm:grid-cols-2" aria-label={text.events.label}>
      <Line form={form} name="title" at="title" required />
      <Line form={form} name="events" at="events" />
      <Line form={form} name="items" at="items" />
      <Line form={form} name="id" at="id" required />
      <Line form={form} name="updatedAt" at="updated_at" />
      <Field label={text.deletedBy} required error={form.faultAt('deleted')}>
        {(control) => (
          <Select
            control={control}
            value={deletedBy}
            onValueChange={(by) => form.change({ deletedBy: by })}
            options={text.deletedWays}
          />
        )}
      </Field>
      {deletedBy === 'event' && (
        <Line form={form} name="deletedNames" at="deleted.names" required />
      )}
      {deletedBy === 'value' && (
        <>
          <Line form={form} name="deletedPath" at="deleted.path" required />
          <Line form={form} name="deletedEquals" at="deleted.equals" required />
        </>
      )}
    </section>
  );
}
