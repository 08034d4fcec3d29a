'use client';

import { ChevronRight, Eye, EyeOff } from 'lucide-react';
import { useMemo, useState } from 'react';
import { cn } from './class-names';
import { CopyButton } from './copy-button';
import { formatCount } from './format-number';
import { IconButton } from './icon-button';
import { type JsonLine, searchJson, toJsonLines } from './json-lines';
import { redactJson } from './json-redact';
import { ScrollRegion } from './scroll-region';
import { SearchInput } from './search-input';

/** Longer strings are cut until one asks for the rest. */
const stringCharsMax = 240;

export interface JsonViewProps {
  value: unknown;
  /** What it is: "Payload". */
  label: string;
  /** Levels open at first. */
  openDepth?: number;
  /** The text to copy, when it is not the value printed again: raw bytes as they came. */
  copyText?: string;
  className?: string | undefined;
}

const tones: Partial<Record<JsonLine['kind'], string>> = {
  string: 'text-ok',
  number: 'text-accent',
  boolean: 'text-violet',
  null: 'text-dim',
};

/**
 * A JSON document that opens and closes, can be searched and copied. What looks like a secret is
 * hidden until one asks for it, in what is copied too.
 */
export function JsonView({
  value: whole,
  label,
  openDepth = 2,
  copyText,
  className,
}: JsonViewProps) {
  const redacted = useMemo(() => redactJson(whole), [whole]);
  const [isRevealed, setRevealed] = useState(false);
  const isHiding = redacted.hidden > 0 && !isRevealed;
  const value = isHiding ? redacted.value : whole;
  const [query, setQuery] = useState('');
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const found = useMemo(() => searchJson(value, query), [value, query]);
  const matching = useMemo(() => new Set(found.matches), [found]);
  const { lines, truncated } = useMemo(
    () =>
      toJsonLines(value, (path, depth) => {
        return toggled.get(path) ?? (found.ancestors.has(path) || depth < openDepth);
      }),
    [value, toggled, found, openDepth],
  );

  return (
    <div className={cn('overflow-hidden rounded-md border border-line bg-raise', className)}>
      <div className="flex items-center gap-2 border-line border-b p-1.5 pl-3">
        <span className="text-dim text-meta max-sm:hidden">{label}</span>
        <SearchInput
          value={query}
          onValueChange={(next) => {
            setQuery(next);
            setToggled(new Map());
          }}
          label={`Search ${label.toLowerCase()}`}
          shortcut={null}
          className="ml-auto w-56 max-w-full flex-1 sm:flex-none"
        />
        <span role="status" className="shrink-0 text-dim text-meta empty:hidden">
          {query && `${formatCount(found.matches.length)}${found.stopped ? '+' : ''} found`}
        </span>
        {redacted.hidden > 0 && (
          <IconButton
            size="sm"
            aria-pressed={isRevealed}
            label={
              isRevealed
                ? 'Hide what looks secret'
                : `Show ${formatCount(redacted.hidden)} hidden ${redacted.hidden === 1 ? 'value' : 'values'}`
            }
            icon={isRevealed ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
            onClick={() => setRevealed(!isRevealed)}
          />
        )}
        <CopyButton
          value={(isHiding ? undefined : copyText) ?? JSON.stringify(value, null, 2) ?? ''}
          label={`Copy ${label}`}
          iconOnly
        />
      </div>
      <ScrollRegion label={label} className="max-h-[28rem]">
        <div className="w-max min-w-full py-2 font-mono text-meta max-sm:w-auto">
          {lines.map((line) => (
            <Line
              key={`${line.path}:${line.kind === 'close'}`}
              line={line}
              hit={line.kind !== 'close' && matching.has(line.path)}
              onToggle={() => setToggled(new Map(toggled).set(line.path, !line.open))}
            />
          ))}
          {truncated && (
            <p className="px-3 pt-1 text-dim">More lines than are shown; copy it to see all.</p>
          )}
        </div>
      </ScrollRegion>
    </div>
  );
}

function Line({ line, hit, onToggle }: { line: JsonLine; hit: boolean; onToggle: () => void }) {
  const indent = { paddingInlineStart: `${0.375 + line.depth * 1}rem` };
  const name = line.key === null ? null : <span className="text-ink">{line.key}: </span>;
  if (line.size > 0) {
    const closing = line.kind === 'array' ? ']' : '}';
    return (
      <button
        type="button"
        aria-expanded={line.open}
        onClick={onToggle}
        style={indent}
        className={cn(
          'flex min-h-6 w-full items-center gap-1 pr-3 text-left text-mut outline-offset-[-2px] hover:bg-hover',
          hit && 'bg-warn/10',
        )}
      >
        <ChevronRight
          aria-hidden="true"
          className={cn('size-3.5 shrink-0 transition-transform', line.open && 'rotate-90')}
        />
        <span>
          {name}
          {line.text}
          {!line.open && (
            <span className="text-dim">
              {' '}
              {formatCount(line.size)} {closing}
            </span>
          )}
        </span>
      </button>
    );
  }
  return (
    <div
      style={indent}
      className={cn('flex min-h-6 max-w-[72ch] items-start py-0.5 pr-3', hit && 'bg-warn/10')}
    >
      <span className="w-[1.125rem] shrink-0" />
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {name}
        <Scalar line={line} />
      </span>
    </div>
  );
}

function Scalar({ line }: { line: JsonLine }) {
  const [whole, setWhole] = useState(false);
  const tone = tones[line.kind] ?? 'text-mut';
  if (whole || line.text.length <= stringCharsMax) return <span className={tone}>{line.text}</span>;
  return (
    <>
      <span className={tone}>{line.text.slice(0, stringCharsMax)}…</span>{' '}
      <button
        type="button"
        onClick={() => setWhole(true)}
        className="min-h-6 font-sans text-accent underline underline-offset-2"
      >
        show all {formatCount(line.text.length)} characters
      </button>
    </>
  );
}
