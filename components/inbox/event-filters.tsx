'use client';

import { useProviderName } from '@/components/shell/use-provider-name';
import { Chip } from '@/components/ui/chip';
import { formatCount } from '@/components/ui/format-number';
import { Menu, type MenuItem } from '@/components/ui/menu';
import { SearchInput } from '@/components/ui/search-input';
import { inboxStatuses, verdicts } from '@/lib/webhooks/schema';
import { type FilterName, type Span, spans } from './inbox-filter';
import { useInboxCounts } from './use-inbox';
import { reasonInWords, words } from './words';

type Filter = Partial<Record<FilterName, string>>;

interface FiltersProps {
  filter: Filter;
  change: (change: Partial<Record<FilterName, string | undefined>>) => void;
  /** Of the workspace's connections. */
  connectors: readonly string[];
}

/** Which events are shown; each part is a chip in words. */
export function EventFilters({ filter, change, connectors }: FiltersProps) {
  const nameOf = useProviderName();
  const counts = useInboxCounts().data?.by_status;
  const choice = (
    name: FilterName,
    value: string | undefined,
    options: readonly { id: string; label: string; hint?: string }[],
  ) => (
    <Choice
      name={words.filters[name as keyof typeof words.filters] ?? name}
      value={value}
      options={options.map((option) => ({
        ...option,
        checked: filter[name] === option.id,
        onSelect: () => change({ [name]: option.id }),
      }))}
      onRemove={filter[name] ? () => change({ [name]: undefined }) : undefined}
    />
  );
  return (
    <>
      <SearchInput
        value={filter.text ?? ''}
        onValueChange={(text) => change({ text: text || undefined })}
        label={words.filters.search}
        className="w-56 max-w-full"
      />
      {choice(
        'status',
        filter.status && words.statuses[filter.status as keyof typeof words.statuses],
        inboxStatuses.map((id) => ({
          id,
          label: words.statuses[id],
          ...(counts ? { hint: formatCount(counts[id] ?? 0) } : {}),
        })),
      )}
      {choice(
        'since',
        filter.since && words.spans[filter.since as Span],
        Object.keys(spans).map((id) => ({ id, label: words.spans[id as Span] })),
      )}
      {connectors.length > 1 && (
        <Choice
          name={words.filters.service}
          value={filter.connector && nameOf(filter.connector)}
          options={connectors.map((id) => ({
            id,
            label: nameOf(id),
            checked: filter.connector === id,
            onSelect: () => change({ connector: id }),
          }))}
          onRemove={filter.connector ? () => change({ connector: undefined }) : undefined}
        />
      )}
      {choice(
        'verdict',
        filter.verdict && words.verdictNames[filter.verdict as keyof typeof words.verdictNames],
        verdicts.map((id) => ({ id, label: words.verdictNames[id] })),
      )}
      {filter.reason && (
        <Chip
          name={words.filters.reason}
          value={reasonInWords(filter.reason)}
          onRemove={() => change({ reason: undefined })}
        />
      )}
    </>
  );
}

interface ChoiceProps {
  name: string;
  value: string | undefined;
  options: readonly MenuItem[];
  onRemove: (() => void) | undefined;
}

function Choice({ name, value, options, onRemove }: ChoiceProps) {
  return (
    <Menu
      align="start"
      trigger={<Chip name={name} value={value} onRemove={onRemove} />}
      groups={[{ items: [...options] }]}
    />
  );
}
