'use client';

import { useProviderName } from '@/components/shell/use-provider-name';
import { Notice } from '@/components/ui/notice';
import type { Link } from '@/lib/records/schema';
import { words } from './words';

/** Services that cannot be told which record this one names: it has no name there yet. */
export function UnsaidNames({ links }: { links: readonly Link[] }) {
  const nameOf = useProviderName();
  return links.flatMap(({ id, connector, state, unsaid_name: name }) =>
    name && state !== 'tombstone' ? (
      <Notice key={id} className="mb-3" title={words.unsaid.title(nameOf(connector), name)}>
        <p className="text-mut">{words.unsaid.why}</p>
      </Notice>
    ) : (
      []
    ),
  );
}
