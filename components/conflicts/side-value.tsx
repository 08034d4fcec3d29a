import { cn } from '@/components/ui/class-names';
import { type Shape, stateChoices } from './conflict-view';
import { type DiffItem, type DiffLine, diffItems, diffLines } from './diff-values';
import { words } from './words';

interface SideValueProps {
  shape: Shape;
  value: unknown;
  /** What it is compared with; absent, nothing is marked. */
  before?: unknown;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const marks = { same: ' ', added: '+', removed: '−' } as const;
const looks = {
  same: '',
  added: 'bg-ok/10 text-ok',
  removed: 'bg-bad/10 text-bad line-through decoration-bad/50',
} as const;

/** One side of a conflict: a text as its lines, a set as chips, a date as people write it. */
export function SideValue({ shape, value, before }: SideValueProps) {
  const compares = before !== undefined;
  if (shape === 'set') {
    const items = diffItems(compares ? texts(before) : texts(value), texts(value));
    return items.length > 0 ? <Items items={items} /> : <Nothing />;
  }
  if (shape === 'text') {
    const lines = diffLines(compares ? text(before) : text(value), text(value));
    return lines.length > 0 ? <Lines lines={lines} /> : <Nothing />;
  }
  const shown = plain(shape, value);
  if (shown === '') return <Nothing />;
  return (
    <p className="break-words font-medium" title={text(value) || undefined}>
      {shown}
    </p>
  );
}

const Nothing = () => <p className="text-dim italic">{words.nothing}</p>;

function plain(shape: Shape, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (shape === 'state' && stateChoices.includes(text(value))) return text(value).replace('_', ' ');
  if (shape === 'date' || shape === 'moment') return readableTime(shape, text(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readableTime(shape: 'date' | 'moment', value: string): string {
  const at = Date.parse(value);
  if (Number.isNaN(at)) return value;
  const time = shape === 'moment' ? ({ timeStyle: 'short' } as const) : {};
  const zone = shape === 'date' ? { timeZone: 'UTC' } : {};
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', ...time, ...zone }).format(at);
}

function Items({ items }: { items: DiffItem[] }) {
  return (
    <ul className="flex flex-wrap gap-1">
      {items.map(({ item, type }) => (
        <li
          key={`${type} ${item}`}
          className={cn(
            'inline-flex max-w-full items-center gap-1 rounded-xs border border-line-2 px-1.5 text-meta',
            looks[type],
          )}
        >
          <Mark type={type} />
          <span className="truncate">{item}</span>
        </li>
      ))}
    </ul>
  );
}

function Lines({ lines }: { lines: DiffLine[] }) {
  return (
    <div className="rounded-sm border border-line font-mono text-meta">
      {lines.map(({ id, type, text: line, count }) =>
        type === 'skipped' || type === 'left_out' ? (
          <p key={id} className="bg-raise px-2 text-dim">
            {type === 'skipped' ? words.skipped(count) : words.leftOut(count)}
          </p>
        ) : (
          <p key={id} className={cn('flex gap-2 px-2', looks[type])}>
            <Mark type={type} />
            <span className="min-w-0 whitespace-pre-wrap break-words">{line || '\u00a0'}</span>
          </p>
        ),
      )}
    </div>
  );
}

function Mark({ type }: { type: keyof typeof marks }) {
  if (type === 'same') return null;
  return (
    <>
      <span aria-hidden="true" className="shrink-0 font-semibold">
        {marks[type]}
      </span>
      <span className="sr-only">{words[type]} </span>
    </>
  );
}
