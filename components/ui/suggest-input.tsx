'use client';

import { Autocomplete as Base } from '@base-ui/react/autocomplete';
import { Check, ChevronsUpDown } from 'lucide-react';
import { cn } from './class-names';
import { scoreCommand } from './command-score';
import type { FieldControl } from './field';
import { inputLook } from './input';
import { optionLook, popupLook } from './popup-look';
import { Spinner } from './spinner';

export interface SuggestOption {
  value: string;
  label: string;
  /** A second line in the list. */
  hint?: string | null;
}

export interface SuggestInputProps {
  /** An option's value, or whatever was typed that is none. */
  value: string;
  onValueChange: (value: string) => void;
  /** Told what stands there when the field is left. */
  onLeave?: (value: string) => void;
  options: readonly SuggestOption[];
  /** What is listed: names the list and its button. */
  label: string;
  /** What a value that is not listed reads as. */
  shown?: string;
  /** Said while options are on their way. */
  busy?: string | null;
  /** Said where there is nothing to choose, and where nothing fits what was typed. */
  empty: string;
  placeholder?: string;
  /** From Field. */
  control?: FieldControl;
}

/** More are found by typing; nobody scrolls through a thousand. */
const shownOptions = 100;

/** A text field that offers what it knows, and takes what it does not. */
export function SuggestInput(props: SuggestInputProps) {
  const { value, onValueChange, options, control, placeholder } = props;
  const chosen = options.find((option) => option.value === value);
  const fitting = chosen || value === '' ? options : fittingOptions(options, value);
  return (
    <Base.Root
      items={options}
      filteredItems={fitting.slice(0, shownOptions)}
      value={chosen?.label ?? props.shown ?? value}
      onValueChange={(text) => onValueChange(namedOption(options, text)?.value ?? text)}
      itemToStringValue={(option: SuggestOption) => option.value}
      openOnInputClick
      autoHighlight
    >
      <Base.InputGroup className="relative min-w-0">
        <Base.Input
          {...control}
          placeholder={placeholder}
          onBlur={() => props.onLeave?.(value)}
          spellCheck={false}
          autoCapitalize="none"
          className={cn(inputLook, 'h-8 pr-8')}
        />
        <Base.Trigger
          aria-label={props.label}
          className="absolute inset-y-0 right-0 grid w-8 place-items-center rounded-md text-dim hover:text-ink"
        >
          {props.busy ? <Spinner /> : <ChevronsUpDown aria-hidden="true" className="size-3.5" />}
        </Base.Trigger>
      </Base.InputGroup>
      <Options {...props} fitting={fitting} />
    </Base.Root>
  );
}

function Options({
  value,
  label,
  busy,
  empty,
  fitting,
}: SuggestInputProps & { fitting: readonly SuggestOption[] }) {
  const hidden = fitting.length - shownOptions;
  return (
    // A landmark, so that nothing on the page lies outside of one.
    <Base.Portal render={<aside aria-label={`Choices: ${label}`} />}>
      <Base.Positioner sideOffset={4} className="z-50 outline-none">
        <Base.Popup
          aria-busy={busy ? true : undefined}
          className={cn(popupLook, 'w-(--anchor-width) min-w-56 max-w-[92vw]')}
        >
          <Base.Status className="text-mut">
            {busy && fitting.length === 0 && <span className="block px-3 py-2.5">{busy}</span>}
            {hidden > 0 && (
              <span className="block border-line border-b px-3 py-1.5 text-meta">
                {`${hidden.toLocaleString('en')} more: type to narrow them down.`}
              </span>
            )}
          </Base.Status>
          <Base.Empty className="text-mut">
            {!busy && <span className="block px-3 py-2.5">{empty}</span>}
          </Base.Empty>
          <Base.List
            aria-label={label}
            className="max-h-[min(18rem,var(--available-height))] overflow-y-auto overscroll-contain p-1 data-empty:p-0"
          >
            {(option: SuggestOption) => (
              <Base.Item key={option.value} value={option} className={cn(optionLook, 'pr-2')}>
                <span className="min-w-0 flex-1 py-1">
                  <span className="block truncate">{option.label}</span>
                  {option.hint && (
                    <span className="block truncate text-dim text-meta">{option.hint}</span>
                  )}
                </span>
                {option.value === value && <Check aria-hidden="true" />}
              </Base.Item>
            )}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

function fittingOptions(options: readonly SuggestOption[], typed: string): SuggestOption[] {
  return options
    .map((option) => ({ option, score: scoreCommand(namesOf(option), typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ option }) => option);
}

const namesOf = ({ label, value, hint }: SuggestOption): string[] =>
  hint ? [label, value, hint] : [label, value];

/** The option whose value or whole label it is. */
export function namedOption(
  options: readonly SuggestOption[],
  text: string,
): SuggestOption | undefined {
  const wanted = text.trim().toLowerCase();
  return (
    options.find((option) => option.value.toLowerCase() === wanted) ??
    options.find((option) => option.label.toLowerCase() === wanted)
  );
}
