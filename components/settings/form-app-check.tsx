import { Check, X } from 'lucide-react';
import { Notice } from '@/components/ui/notice';
import { Spinner } from '@/components/ui/spinner';
import { formAppWords } from './form-app-words';
import type { FormAppState } from './use-form-app';

const text = formAppWords.check;

/** Every address that was found, and whether it may be used; asked while the form is filled in. */
export function FormAppCheck({ check }: Pick<FormAppState, 'check'>) {
  if (check.isFetching) {
    return (
      <p className="flex items-center gap-2 text-mut" role="status">
        <Spinner /> {text.running}
      </p>
    );
  }
  if (check.error) {
    return (
      <Notice tone="bad" title={text.failed} live>
        {check.error.message}
      </Notice>
    );
  }
  if (!check.data) return null;
  const { addresses, is_usable: isUsable, names_itself: namesItself, scopes } = check.data;
  return (
    <section
      aria-label={text.title}
      aria-live="polite"
      className="grid gap-2 rounded-md border border-line bg-raise p-3"
    >
      <p className={isUsable ? 'font-medium text-ok' : 'font-medium text-bad'}>
        {isUsable ? text.usable : text.unusable}
      </p>
      <ul className="grid gap-1.5 text-meta">
        {addresses.map(({ name, url, fault }) => (
          <li key={name} className="flex items-start gap-2">
            {fault === null ? (
              <Check aria-label={text.fine} className="mt-0.5 size-3.5 shrink-0 text-ok" />
            ) : (
              <X aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-bad" />
            )}
            <span className="min-w-0">
              <span className="font-medium">{text.names[name]}</span>{' '}
              <code className="break-all text-mut">{url}</code>
              {fault !== null && <span className="block text-bad">{fault}</span>}
            </span>
          </li>
        ))}
      </ul>
      {namesItself && <p className="text-meta text-mut">{text.namesItself}</p>}
      {scopes.length > 0 && (
        <p className="text-meta text-mut">
          {text.offers}: {scopes.join(' ')}
        </p>
      )}
    </section>
  );
}
