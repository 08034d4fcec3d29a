'use client';

import {
  type MouseEvent,
  memo,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { cn } from './class-names';
import { handleRowKey } from './use-row-keys';
import { useRowWindow } from './use-row-window';

const rowHeightPx = 38;
const headerHeightPx = 32;
/** The end is announced this many rows before it is reached. */
const endReachedRows = 30;

export interface TableColumn<Row> {
  id: string;
  header: string;
  /** A grid track: "78px", "minmax(0, 1fr)". */
  width: string;
  align?: 'start' | 'end';
  /** Only in tables at least this wide, in pixels. */
  showFrom?: number;
  cell: (row: Row, index: number) => ReactNode;
}

export interface VirtualTableProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly TableColumn<Row>[];
  rowKey: (row: Row) => string;
  /** Rows there are in all, when not all are loaded. */
  total?: number | undefined;
  /** The row the keyboard is on; the page keeps it, in the URL mostly. */
  activeKey: string | null;
  onActiveChange: (key: string | null) => void;
  onOpen?: (row: Row) => void;
  onEdit?: (row: Row) => void;
  onEscape?: () => void;
  /** The first and the last row that are seen, whenever one becomes another. */
  onSight?: (first: Row | undefined, last: Row | undefined) => void;
  /** More can be loaded; called near the end, must not start twice. */
  onEndReached?: (() => void) | undefined;
  /** `fresh` glows once, `muted` steps back. */
  rowTone?: (row: Row) => 'fresh' | 'muted' | undefined;
  /** When it changes the rows are other ones: the reader begins at the top again. */
  edition?: string;
  /** Newer rows are on their way; these step back until they come. */
  isStale?: boolean;
  /** Rows only ever come in front or at the end: what is read stays in its place when they do. */
  keepsPlace?: boolean;
  /** In place of rows: an EmptyState or an ErrorState. */
  empty?: ReactNode;
  /** Below the last row: "loading more", "that is all". */
  footer?: ReactNode;
  className?: string | undefined;
}

/**
 * Any number of rows, of which only those in sight exist. One stop for Tab; the keyboard's row is
 * named by aria-activedescendant, because a row that scrolls away takes real focus with it.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const {
    label,
    rows,
    columns,
    rowKey,
    activeKey,
    onActiveChange,
    onEndReached,
    onSight,
    edition,
  } = props;
  const scroller = useRef<HTMLTableElement>(null);
  const id = useId();
  const view = useRowWindow(scroller, rows.length, rowHeightPx, headerHeightPx);
  // The same objects for every drawing, so that only rows that changed are drawn again.
  const shown = useMemo(
    () =>
      columns.filter((column) => view.width === undefined || view.width >= (column.showFrom ?? 0)),
    [columns, view.width],
  );
  const grid = useMemo(
    () => ({ gridTemplateColumns: shown.map((column) => column.width).join(' ') }),
    [shown],
  );
  const active = activeKey === null ? -1 : rows.findIndex((row) => rowKey(row) === activeKey);
  // A table whose rows are walked by the keyboard is a grid; ARIA in HTML allows that role here.
  const gridProps = {
    role: 'grid',
    tabIndex: 0,
    // A row out of sight does not exist, and nothing may point to it.
    'aria-activedescendant':
      active >= view.start && active < view.end ? `${id}-${active}` : undefined,
  };
  const nearEnd = rows.length > 0 && view.end >= rows.length - endReachedRows;

  useEffect(() => {
    if (nearEnd) onEndReached?.();
  }, [nearEnd, onEndReached]);

  const firstKey = rows[0] === undefined ? null : rowKey(rows[0]);
  const firstBefore = useRef(firstKey);
  useLayoutEffect(() => {
    const before = firstBefore.current;
    firstBefore.current = firstKey;
    if (!props.keepsPlace || before === null || before === firstKey) return;
    const at = rows.findIndex((row) => rowKey(row) === before);
    if (at > 0) view.pushDown(at);
  });

  const first = rows[view.top];
  const last = rows[Math.min(rows.length, view.top + view.fitting) - 1];
  useEffect(() => {
    onSight?.(first, last);
  }, [first, last, onSight]);

  useEffect(() => {
    if (edition !== undefined) scroller.current?.scrollTo({ top: 0 });
  }, [edition]);

  function withRow(run: ((row: Row) => void) | undefined) {
    if (!run) return;
    return (index: number) => {
      const row = rows[index];
      if (row !== undefined) run(row);
    };
  }

  /** One listener for all rows: a row that carried its own would be drawn again each time. */
  function pick(event: MouseEvent<HTMLTableElement>) {
    const row = rows[pressedIndex(event)];
    if (row === undefined) return;
    onActiveChange(rowKey(row));
    props.onOpen?.(row);
  }

  return (
    <table
      ref={scroller}
      {...gridProps}
      aria-label={label}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-colcount={shown.length}
      onClick={pick}
      onKeyDown={(event) =>
        handleRowKey(event, {
          count: rows.length,
          active,
          pageRows: Math.max(1, view.fitting - 2),
          onMove: (index) => {
            const row = rows[index];
            if (row === undefined) return;
            view.reveal(index);
            onActiveChange(rowKey(row));
          },
          onOpen: withRow(props.onOpen),
          onEdit: withRow(props.onEdit),
          onEscape: props.onEscape,
        })
      }
      className={cn(
        // On a phone the page scrolls and would let the table grow to all its rows: there it gets the
        // room between the bars, so that it still draws only what is in sight.
        'group/table relative block min-h-64 overflow-auto overscroll-contain rounded-lg max-md:h-[calc(100dvh-16rem)] md:flex-1 border border-line bg-panel shadow-rest outline-offset-[-1px] aria-[activedescendant]:outline-none',
        props.keepsPlace && '[overflow-anchor:none]',
        props.className,
      )}
    >
      <thead className="sticky top-0 z-10 block">
        <tr
          aria-rowindex={1}
          style={{ ...grid, height: headerHeightPx }}
          className="grid items-center gap-x-3 border-line border-b bg-raise px-3.5 text-dim text-meta"
        >
          {shown.map((column) => (
            <th
              key={column.id}
              scope="col"
              className={cn(
                'truncate text-left font-normal',
                column.align === 'end' && 'text-right',
              )}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody
        className={cn('relative block', props.isStale && 'opacity-60 transition-opacity delay-150')}
        style={rows.length === 0 ? undefined : { height: rows.length * rowHeightPx }}
      >
        {rows.length === 0 && (
          <tr className="block">
            <td className="block">{props.empty}</td>
          </tr>
        )}
        {rows.slice(view.start, view.end).map((row, offset) => {
          const index = view.start + offset;
          return (
            <TableRow
              key={rowKey(row)}
              id={`${id}-${index}`}
              row={row}
              index={index}
              grid={grid}
              columns={shown}
              active={index === active}
              tone={props.rowTone?.(row)}
            />
          );
        })}
      </tbody>
      {props.footer && (
        <tfoot className="block">
          <tr className="block">
            <td className="block">{props.footer}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

/** Presses on these do their own work and do not open the row. */
const innerControls = 'a, button, input, label, select, textarea';

/** The index of the row that was pressed; -1 outside of rows and on what has work of its own. */
function pressedIndex({ target, currentTarget }: MouseEvent<HTMLTableElement>): number {
  // A menu opened from a cell lies elsewhere in the document, and its presses come here too.
  if (!(target instanceof Element) || !currentTarget.contains(target)) return -1;
  if (target.closest(innerControls)) return -1;
  return Number(target.closest<HTMLElement>('tr[data-index]')?.dataset['index'] ?? -1);
}

interface TableRowProps<Row> {
  id: string;
  row: Row;
  index: number;
  grid: { gridTemplateColumns: string };
  columns: readonly TableColumn<Row>[];
  active: boolean;
  tone: 'fresh' | 'muted' | undefined;
}

const TableRow = memo(PlainRow) as typeof PlainRow;

function PlainRow<Row>(props: TableRowProps<Row>) {
  const { id, row, index, grid, columns, active, tone } = props;
  return (
    <tr
      id={id}
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={active}
      style={{
        ...grid,
        height: rowHeightPx,
        transform: `translateY(${index * rowHeightPx}px)`,
      }}
      className={cn(
        'absolute inset-x-0 top-0 grid cursor-default items-center gap-x-3 border-line border-b px-3.5 hover:bg-raise',
        active &&
          // The row is where the focus is: it carries the ring in place of the table.
          'bg-raise shadow-[inset_2px_0_var(--color-accent)] -outline-offset-2 outline-accent group-focus-visible/table:outline-2',
        tone === 'fresh' && 'bg-linear-to-r from-ok/14 to-transparent',
        tone === 'muted' && 'text-dim',
      )}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          className={cn('min-w-0 truncate', column.align === 'end' && 'text-right')}
        >
          {column.cell(row, index)}
        </td>
      ))}
    </tr>
  );
}
