import { Notice } from '@/components/ui/notice';
import type { StreamPreview } from '@/lib/connections/schema';
import { defineWords } from './define-words';
import { listenWords } from './listen-words';

const text = defineWords;

/** It stands below a long form, where nobody who asked for it would look. */
const bringIntoSight = (section: HTMLElement | null): void =>
  section?.scrollIntoView?.({ block: 'start' });

function cameOf({ found, faults }: StreamPreview): string {
  const { define } = listenWords;
  return found === 0 && faults.length === 0 ? define.none : define.found(found);
}

/** What the first page would bring, as records. */
export function DefinePreview({
  preview,
  isListening,
}: {
  preview: StreamPreview;
  isListening: boolean;
}) {
  return (
    <section ref={bringIntoSight} className="grid grid-cols-1 gap-3" aria-live="polite">
      <Notice
        tone={preview.found > 0 ? 'ok' : 'warn'}
        title={isListening ? cameOf(preview) : text.found(preview.found, preview.has_more)}
      >
        {[...new Set(preview.faults)].map((fault) => (
          <p key={fault}>{fault}</p>
        ))}
      </Notice>
      <ul className="grid grid-cols-1 gap-2">
        {preview.sample.map((one) => (
          <li key={one.id} className="rounded-md border border-line bg-raise px-3 py-2">
            <code className="text-meta text-mut">{one.id}</code>
            <dl className="mt-1 grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3 text-meta">
              {Object.entries(one.fields).map(([field, value]) => (
                <div key={field} className="contents">
                  <dt className="text-mut">{field}</dt>
                  <dd className="truncate">
                    {typeof value === 'string' ? value : JSON.stringify(value)}
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </section>
  );
}
