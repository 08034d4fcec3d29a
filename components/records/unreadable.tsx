'use client';

import { useProviderName } from '@/components/shell/use-provider-name';
import { Notice } from '@/components/ui/notice';
import type { Link } from '@/lib/records/schema';
import { fieldWords } from './values';
import { words } from './words';

/** What services have that a record cannot hold: field by field, with the reason. */
export function Unreadable({ links }: { links: readonly Link[] }) {
  const nameOf = useProviderName();
  return links.flatMap(({ id, connector, state, unreadable }) => {
    const faults = Object.entries(unreadable ?? {});
    if (faults.length === 0 || state === 'tombstone') return [];
    return [
      <Notice
        key={id}
        tone="warn"
        className="mb-3"
        title={words.unreadable.title(nameOf(connector), faults.length)}
      >
        <ul className="grid gap-0.5">
          {faults.map(([field, reason]) => (
            <li key={field} className="break-words">
              <span className="font-medium">{fieldWords(field)}</span>: {reason}
            </li>
          ))}
        </ul>
        <p className="mt-1 text-mut">{words.unreadable.kept}</p>
      </Notice>,
    ];
  });
}
