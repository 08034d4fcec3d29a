'use client';

import { type KeyboardEvent, useRef, useState } from 'react';
import { inputLook } from '@/components/ui/input';
import { limits } from '@/lib/core/index';

export interface TitleCellProps {
  title: string;
  isEditing: boolean;
  onSave: (title: string) => void;
  onDone: () => void;
}

/** A title that becomes a field in place. Enter saves, Esc leaves it as it was. */
export function TitleCell({ title, isEditing, onSave, onDone }: TitleCellProps) {
  if (!isEditing)
    return (
      <span className="block truncate font-medium">
        {title || <em className="text-dim">no title</em>}
      </span>
    );
  return <TitleField title={title} onSave={onSave} onDone={onDone} />;
}

function TitleField({ title, onSave, onDone }: Omit<TitleCellProps, 'isEditing'>) {
  const [text, setText] = useState(title);
  const isGivenUp = useRef(false);
  const leave = () => {
    if (!isGivenUp.current && text !== title) onSave(text);
    onDone();
  };
  // Leaving by a key gives the focus back to the list, where j and k go on; the blur then saves.
  const giveBack = (event: KeyboardEvent<HTMLInputElement>) => {
    const list = event.currentTarget.closest<HTMLElement>('[role="grid"]');
    if (list) list.focus({ preventScroll: true });
    else event.currentTarget.blur();
  };
  return (
    <input
      // The person asked for this field by a key or a press; the focus belongs in it.
      ref={(field) => field?.focus({ preventScroll: true })}
      aria-label="Title"
      value={text}
      maxLength={limits.titleChars}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={leave}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') giveBack(event);
        if (event.key === 'Escape') {
          isGivenUp.current = true;
          giveBack(event);
        }
      }}
      className={`${inputLook} h-7`}
    />
  );
}
