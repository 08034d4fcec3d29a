import { type DiffLine, diffItems, diffLines } from '@/components/conflicts/diff-values';
import { Badge } from '@/components/ui/badge';
import { RelativeTime } from '@/components/ui/relative-time';
import { ValueChange } from '@/components/ui/timeline';
import { historyWords as words } from './history-words';
import { fieldWords, showValue, textOf, textsOf } from './values';

/** A field before and after: lists by what they gained and lost, texts by lines, the rest in one line. */
export function ChangeDiff({
  field,
  before,
  after,
}: {
  field: string;
  before: unknown;
  after: unknown;
}) {
  return (
    <div className="min-w-0">
      <span className="mr-1.5 text-dim text-meta">{fieldWords(field)}</span>
      <Values before={before} after={after} />
    </div>
  );
}

function Values({ before, after }: { before: unknown; after: unknown }) {
  if (Array.isArray(before) || Array.isArray(after)) {
    return <ItemDiff before={textsOf(before)} after={textsOf(after)} />;
  }
  if (isLong(before) || isLong(after)) {
    return <LineDiff lines={diffLines(textOf(before), textOf(after))} />;
  }
  return <ValueChange before={shown(before)} after={shown(after)} />;
}

const timeShape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

/** A moment as people read it, exact on hover; anything else in one line. */
const shown = (value: unknown) =>
  typeof value === 'string' && timeShape.test(value) && Number.isFinite(Date.parse(value)) ? (
    <RelativeTime value={value} />
  ) : (
    showValue(value)
  );

const isLong = (value: unknown): boolean => typeof value === 'string' && value.includes('\n');

/** What stayed is left out: a list may be long. */
function ItemDiff({ before, after }: { before: string[]; after: string[] }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-1 align-middle">
      {diffItems(before, after).map(({ item, type }) =>
        type === 'added' ? (
          <ins key={item} className="no-underline">
            <span className="sr-only">{words.added} </span>
            <Badge tone="ok" shape="tag">
              {item}
            </Badge>
          </ins>
        ) : type === 'removed' ? (
          <del key={item} className="no-underline">
            <span className="sr-only">{words.gone} </span>
            <Badge tone="bad" shape="tag">
              <span className="line-through">{item}</span>
            </Badge>
          </del>
        ) : null,
      )}
    </span>
  );
}

const looks = { same: 'text-dim', removed: 'bg-bad/8 text-bad', added: 'bg-ok/8 text-ok' } as const;
const marks = { same: ' ', removed: '−', added: '+' } as const;
const spoken = { same: null, removed: words.gone, added: words.added } as const;

function LineDiff({ lines }: { lines: DiffLine[] }) {
  return (
    <ol className="mt-1 rounded-md border border-line py-1 font-mono text-micro">
      {lines.map(({ id, type, text, count }) =>
        type === 'skipped' || type === 'left_out' ? (
          <li key={id} className="px-2 text-dim">
            <span aria-hidden="true">⋯ </span>
            {words.lines(count)}
          </li>
        ) : (
          <li key={id} className={`flex px-2 ${looks[type]}`}>
            <span aria-hidden="true" className="w-4 shrink-0 select-none">
              {marks[type]}
            </span>
            {spoken[type] && <span className="sr-only">{spoken[type]} </span>}
            <span className="min-w-0 whitespace-pre-wrap break-words">{text || ' '}</span>
          </li>
        ),
      )}
    </ol>
  );
}
