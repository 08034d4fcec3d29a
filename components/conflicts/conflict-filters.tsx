'use client';

import { useProviderName } from '@/components/shell/use-provider-name';
import { Chip } from '@/components/ui/chip';
import { Menu } from '@/components/ui/menu';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { type ConflictCounts, conflictStatuses } from '@/lib/records/schema';
import type { View } from './conflict-view';
import { words } from './words';

interface FiltersProps {
  view: View;
  change: (change: Record<string, string | undefined>) => void;
  counts: ConflictCounts | undefined;
}

interface Option {
  id: string;
  label: string;
  hint?: string;
}

/** One of each. */
const distinct = (options: Option[]): Option[] => [
  ...new Map(options.map((option) => [option.id, option])).values(),
];

/** What became of them, and where: the choices are those there is something open of. */
export function ConflictFilters({ view, change, counts }: FiltersProps) {
  const nameOf = useProviderName();
  const groups = counts?.groups ?? [];
  const streams = distinct(
    groups.map((group) => ({
      id: group.stream_id,
      label: group.stream_name,
      hint: nameOf(group.connector),
    })),
  );
  const fields = distinct(groups.map(({ field }) => ({ id: field, label: field })));
  const { filter } = view;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SegmentedControl
        label={words.title}
        value={view.status}
        onValueChange={(status) => change({ status: status === 'open' ? undefined : status })}
        segments={conflictStatuses.map((value) => ({ value, label: words.statuses[value] }))}
      />
      <Pick
        name={words.filters.where}
        value={filter.stream}
        options={streams}
        onPick={(stream) => change({ stream })}
      />
      <Pick
        name={words.filters.field}
        value={filter.field}
        options={fields}
        onPick={(field) => change({ field })}
      />
      {(['connection', 'flow', 'record'] as const).map((name) =>
        filter[name] ? (
          <Chip
            key={name}
            name={words.filters[name]}
            value={words.filters.one}
            onRemove={() => change({ [name]: undefined })}
          />
        ) : null,
      )}
    </div>
  );
}

function Pick({
  name,
  value,
  options,
  onPick,
}: {
  name: string;
  value: string | undefined;
  options: Option[];
  onPick: (value: string | undefined) => void;
}) {
  if (options.length === 0 && !value) return null;
  const label = options.find(({ id }) => id === value)?.label ?? value;
  return (
    <Menu
      align="start"
      trigger={
        <Chip name={name} value={label} onRemove={value ? () => onPick(undefined) : undefined} />
      }
      groups={[
        {
          items: options.map((option) => ({
            ...option,
            checked: option.id === value,
            onSelect: () => onPick(option.id),
          })),
        },
      ]}
    />
  );
}
