import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import type { ListenDraft } from './listen-draft';
import { listenWords } from './listen-words';

const text = listenWords.own;

interface ListenSchemeProps {
  draft: ListenDraft;
  change: (part: Partial<ListenDraft>) => void;
  faultAt: (field: string) => string | undefined;
}

type LineName = 'header' | 'prefix' | 'template' | 'timestamp_header' | 'id_header' | 'event_path';
const required = new Set<LineName>(['header', 'template']);
const lines: readonly LineName[] = [
  'header',
  'prefix',
  'template',
  'timestamp_header',
  'id_header',
  'event_path',
];

/** A way of signing nobody has written down here. */
export function ListenScheme({ draft, change, faultAt }: ListenSchemeProps) {
  return (
    <section className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <Field label={text.alg} required>
        {(control) => (
          <Select
            control={control}
            value={draft.alg}
            onValueChange={(alg) => change({ alg })}
            options={listenWords.algs}
          />
        )}
      </Field>
      <Field label={text.encoding} required>
        {(control) => (
          <Select
            control={control}
            value={draft.encoding}
            onValueChange={(encoding) => change({ encoding })}
            options={listenWords.encodings}
          />
        )}
      </Field>
      {lines.map((name) => (
        <Field
          key={name}
          label={text[name].label}
          hint={text[name].hint}
          required={required.has(name)}
          error={faultAt(`signing.own.${name}`)}
        >
          {(control) => (
            <Input
              {...control}
              mono
              autoComplete="off"
              spellCheck={false}
              placeholder={text[name].placeholder}
              value={draft[name]}
              onChange={(event) => change({ [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </section>
  );
}
