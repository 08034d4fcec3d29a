'use client';

import { Button } from '@/components/ui/button';
import { FactList } from '@/components/ui/fact-list';
import { RelativeTime } from '@/components/ui/relative-time';
import type { RecordRow } from '@/lib/records/schema';
import { showValue, textOf, textsOf } from './values';
import type { RecordView } from './view-state';

/** What is known of a record and not edited here. */
export function RecordFacts({
  row,
  onFilter,
}: {
  row: RecordRow;
  onFilter: (change: Partial<RecordView>) => void;
}) {
  const labels = textsOf(row.data['labels']);
  const author = row.data['author'] as { login?: string } | null | undefined;
  return (
    <FactList
      facts={[
        { label: 'Version', value: String(row.version) },
        { label: 'Author', value: author?.login ?? '–' },
        { label: 'Comments', value: showValue(row.data['comments'] ?? 0) },
        {
          label: 'Opened',
          value: row.data['created_at'] ? (
            <RelativeTime value={textOf(row.data['created_at'])} />
          ) : (
            '–'
          ),
        },
        {
          label: 'More like it',
          value:
            labels.length === 0 ? (
              '–'
            ) : (
              <span className="flex flex-wrap gap-1">
                {labels.map((label) => (
                  <Button key={label} size="sm" variant="ghost" onClick={() => onFilter({ label })}>
                    {label}
                  </Button>
                ))}
              </span>
            ),
        },
      ]}
    />
  );
}
