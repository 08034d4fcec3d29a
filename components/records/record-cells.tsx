'use client';

import { useProviderName } from '@/components/shell/use-provider-name';
import { Badge } from '@/components/ui/badge';
import { ProviderMark } from '@/components/ui/provider-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import { useNow } from '@/components/ui/shared-clock';
import { showToast } from '@/components/ui/toaster';
import { recordStage, useEditRecord, useRecord } from '@/lib/live/index';
import { StageBadge } from './stage-badge';
import { TitleCell } from './title-cell';
import { useTitleEditing } from './title-editing';
import { headingOf, plainText, showKey, textOf, textsOf } from './values';
import { words } from './words';

/** Labels shown in a row before "+2". */
const labelsShown = 2;

export function NumberCell({ id }: { id: string }) {
  const { row } = useRecord(id, 'cached');
  const key = row?.links[0]?.external_key;
  return <span className="text-mut tabular-nums">{key ? showKey(key) : '–'}</span>;
}

export function EditableTitle({ id }: { id: string }) {
  const { editing, onDone } = useTitleEditing();
  const { row } = useRecord(id, 'cached');
  const edit = useEditRecord(id, (problem) =>
    showToast({ tone: 'bad', title: words.notSaved, description: problem.reason }),
  );
  return (
    <TitleCell
      title={textOf(row?.data['title'])}
      isEditing={editing === id}
      onSave={(title) => edit({ title })}
      onDone={onDone}
    />
  );
}

/** What a record that is no task is known by. */
export function HeadingCell({ id }: { id: string }) {
  const { row } = useRecord(id, 'cached');
  return (
    <span className="block truncate font-medium">
      {(row && headingOf(row)) || <em className="text-dim">nothing to show</em>}
    </span>
  );
}

/** A field of few words: a state, a person, the first of several addresses. */
export function PlainCell({ id, field }: { id: string; field: string }) {
  const { row } = useRecord(id, 'cached');
  const text = plainText(row?.data[field]);
  return (
    <span className="block truncate text-mut">
      {field === 'state' ? text.replaceAll('_', ' ') : text}
    </span>
  );
}

export function LabelsCell({ id }: { id: string }) {
  const { row } = useRecord(id, 'cached');
  const labels = textsOf(row?.data['labels']);
  return (
    <span className="flex min-w-0 gap-1 overflow-hidden">
      {labels.slice(0, labelsShown).map((label) => (
        <Badge key={label} shape="tag">
          {label}
        </Badge>
      ))}
      {labels.length > labelsShown && (
        <span className="text-dim text-micro">+{labels.length - labelsShown}</span>
      )}
    </span>
  );
}

export function LivesCell({ id }: { id: string }) {
  const nameOf = useProviderName();
  const { row } = useRecord(id, 'cached');
  return (
    <span className="flex gap-1">
      {row?.links.map((link) => (
        <ProviderMark key={link.id} name={nameOf(link.connector)} size="xs" decorative={false} />
      ))}
    </span>
  );
}

export function StageCell({ id }: { id: string }) {
  const { confirmed, pending } = useRecord(id, 'cached');
  const now = useNow();
  return confirmed ? <StageBadge stage={recordStage(confirmed, pending)} now={now} /> : null;
}

export function UpdatedCell({ id }: { id: string }) {
  const { row } = useRecord(id, 'cached');
  return row ? <RelativeTime value={row.updated_at} short className="text-mut" /> : null;
}
