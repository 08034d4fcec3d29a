'use client';

import { ExternalLink, Undo2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Kbd } from '@/components/ui/kbd';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Conflict } from '@/lib/records/schema';
import { AlwaysChoice } from './always-choice';
import { ConflictEdit } from './conflict-edit';
import { ConflictSides } from './conflict-sides';
import { mayChoose, offered, settledBy, whyOf } from './conflict-view';
import type { Settling } from './use-settling';
import { words } from './words';

interface CardProps {
  conflict: Conflict;
  settling: Settling;
  isActive?: boolean;
  /** The focus came to it, or to something in it. */
  onFocus?: () => void;
  /** Being written, by the key or the button. */
  isEditing: boolean;
  onEdit: (isEditing: boolean) => void;
  /** Absent where one stands alone. */
  selection?: { isSelected: boolean; onSelect: () => void } | undefined;
}

/** One field that changed on both sides, with what can be done about it. */
export function ConflictCard(props: CardProps) {
  const { conflict, settling, isActive = false, isEditing, onEdit, selection } = props;
  const nameOf = useProviderName();
  const mayEdit = useMay('editor');
  const [isAlways, setAlways] = useState(false);
  const service = nameOf(conflict.connector);
  const isPending = settling.pending.has(conflict.id);
  const why = whyOf(conflict, service);
  const isOpen = conflict.status === 'open';
  const always = isAlways ? { always: true } : {};
  const card = useRef<HTMLElement>(null);
  /** The field is gone, and the keyboard stays where it was. */
  const stopWriting = () => {
    onEdit(false);
    card.current?.focus({ preventScroll: true });
  };
  return (
    <article
      ref={card}
      id={`conflict-${conflict.id}`}
      aria-label={`${conflict.field}, ${conflict.title ?? words.untitled}`}
      aria-current={isActive || undefined}
      tabIndex={-1}
      onFocus={props.onFocus}
      aria-busy={isPending || undefined}
      className={cn(
        'grid scroll-my-4 gap-3 px-4 py-3.5 transition-opacity',
        isActive && 'bg-hover shadow-[inset_2px_0_0_var(--color-accent)]',
        isPending && 'opacity-60',
      )}
    >
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        {isOpen && mayEdit && selection && (
          <input
            type="checkbox"
            checked={selection.isSelected}
            onChange={selection.onSelect}
            aria-label={words.select(conflict.field)}
            className="size-4 accent-accent"
          />
        )}
        <h3 className="font-semibold">{conflict.field.replaceAll('_', ' ')}</h3>
        {!isOpen && <Badge tone="neutral">{settledBy(conflict)}</Badge>}
        <span className="ml-auto text-dim text-meta">
          <RelativeTime value={conflict.resolved_at ?? conflict.created_at} />
        </span>
        {conflict.url && (
          <a
            href={conflict.url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 text-accent text-meta hover:underline"
          >
            {words.openThere(service)} <ExternalLink aria-hidden="true" className="size-3" />
          </a>
        )}
      </div>
      <ConflictSides conflict={conflict} service={service} />
      {why && <p className="text-meta text-mut">{why}</p>}
      {isOpen && conflict.others > 0 && (
        <p className="text-meta text-mut">{words.tellsOthers(conflict.others)}</p>
      )}
      {isOpen && mayEdit && isEditing && (
        <ConflictEdit
          conflict={conflict}
          onCancel={stopWriting}
          onSave={(value) => {
            stopWriting();
            settling.choose([conflict], 'value', { value });
          }}
        />
      )}
      {isOpen && mayEdit && !isEditing && (
        <div className="flex flex-wrap items-center gap-2">
          {offered.map((choice) => (
            <Button
              key={choice}
              size="sm"
              disabled={isPending || !mayChoose(conflict, choice)}
              title={conflict.closed[choice]}
              onClick={() => settling.choose([conflict], choice, choice === 'base' ? {} : always)}
            >
              {words.choose[choice]} <Kbd className="ml-1 max-md:hidden">{words.keys[choice]}</Kbd>
            </Button>
          ))}
          <Button
            size="sm"
            variant="ghost"
            disabled={isPending || !mayChoose(conflict, 'value')}
            title={conflict.closed.value}
            onClick={() => onEdit(true)}
          >
            {words.choose.value} <Kbd className="ml-1 max-md:hidden">{words.keys.value}</Kbd>
          </Button>
          <AlwaysChoice
            isAlways={isAlways}
            onChange={setAlways}
            field={conflict.field.replaceAll('_', ' ')}
            service={service}
          />
        </div>
      )}
      <Closed conflict={conflict} />
      {!isOpen && mayEdit && (
        <div className="flex flex-wrap items-center gap-2">
          {conflict.undo_closed === null ? (
            <Button
              size="sm"
              icon={<Undo2 aria-hidden="true" />}
              onClick={() => settling.undo([conflict.id])}
            >
              {words.undo}
            </Button>
          ) : (
            <p className="text-dim text-meta">{conflict.undo_closed}</p>
          )}
        </div>
      )}
    </article>
  );
}

/** A disabled button explains itself to nobody: what cannot be chosen is said in words. */
function Closed({ conflict }: { conflict: Conflict }) {
  const reasons = [...new Set(Object.values(conflict.closed))];
  if (reasons.length === 0) return null;
  return <p className="text-dim text-meta">{reasons.join(' ')}</p>;
}
