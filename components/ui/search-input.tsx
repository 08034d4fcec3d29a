'use client';

import { Search, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { cn } from './class-names';
import { inputLook } from './input';
import { Kbd } from './kbd';
import { Spinner } from './spinner';
import { useShortcut } from './use-shortcut';

export interface SearchInputProps {
  value: string;
  onValueChange: (value: string) => void;
  /** What is searched; read aloud and shown while empty. */
  label: string;
  /** Focuses the field from anywhere; null when another field on the page has it. */
  shortcut?: string | null;
  busy?: boolean;
  className?: string | undefined;
}

/**
 * What is typed shows at once, although the page may keep it where it comes back late (the URL). A
 * value that was sent from here is such an answer; any other replaces the text.
 */
function useDraft(value: string, onValueChange: (value: string) => void) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const [sent, setSent] = useState<readonly string[]>([]);
  if (value !== known) {
    setKnown(value);
    if (!sent.includes(value)) setText(value);
    if (!sent.includes(value) || value === sent.at(-1)) setSent([]);
  }
  const type = (next: string): void => {
    setText(next);
    setSent((before) => [...before, next]);
    onValueChange(next);
  };
  return [text, type] as const;
}

/** Esc empties it, a second Esc gives the focus back to the page. */
export function SearchInput({
  value,
  onValueChange,
  label,
  shortcut = '/',
  busy = false,
  className,
}: SearchInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, type] = useDraft(value, onValueChange);
  useShortcut(shortcut ?? '/', () => input.current?.select(), { enabled: shortcut !== null });
  return (
    <div className={cn('relative min-w-0', className)}>
      <span className="pointer-events-none absolute inset-y-0 left-2.5 grid place-items-center text-dim">
        {busy ? <Spinner /> : <Search aria-hidden="true" className="size-4" />}
      </span>
      <input
        ref={input}
        type="search"
        value={text}
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (text) type('');
          else event.currentTarget.blur();
        }}
        className={cn(
          inputLook,
          'h-8 pr-9 pl-8.5 text-ellipsis [&::-webkit-search-cancel-button]:hidden',
        )}
      />
      <span className="absolute inset-y-0 right-1 grid place-items-center">
        {text ? (
          <button
            type="button"
            aria-label="Clear search"
            onClick={() => {
              type('');
              input.current?.focus();
            }}
            className="grid size-6 place-items-center rounded-sm text-dim hover:bg-hover hover:text-ink"
          >
            <X aria-hidden="true" className="size-3.5" />
          </button>
        ) : (
          shortcut && <Kbd className="mr-1.5 max-sm:hidden">{shortcut}</Kbd>
        )}
      </span>
    </div>
  );
}
