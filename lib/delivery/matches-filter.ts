import { jsonEqual } from '#lib/core/index';
import type { Filter, Operators } from './filter-shape.ts';

/** What a filter is asked about. */
export interface Candidate {
  kind: string;
  op: string;
  origin: string;
  connectionId: string | null;
  /** Streams its record lives in. */
  streamIds: readonly string[];
  fields: readonly string[];
  /** {field: [before, after]} */
  diff: Readonly<Record<string, readonly [unknown, unknown]>>;
}

/** Pure: whether a subscription with this filter is told of the change. */
export function matchesFilter(filter: Filter, change: Candidate): boolean {
  return (
    named(filter.kinds, change.kind) &&
    named(filter.ops, change.op) &&
    named(filter.origins, change.origin) &&
    (filter.connection_ids === undefined ||
      (change.connectionId !== null && filter.connection_ids.includes(change.connectionId))) &&
    (filter.stream_ids === undefined ||
      filter.stream_ids.some((id) => change.streamIds.includes(id))) &&
    (filter.fields === undefined || filter.fields.some((field) => change.fields.includes(field))) &&
    Object.entries(filter.where ?? {}).every(([path, is]) => holds(is, valueAt(change.diff, path)))
  );
}

const named = (list: readonly string[] | undefined, value: string): boolean =>
  list === undefined || list.includes(value);

/** `before.x.y` or `after.x.y`; undefined when the change did not touch x or there is nothing there. */
function valueAt(diff: Candidate['diff'], path: string): unknown {
  const [side, field = '', ...rest] = path.split('.');
  const pair = Object.hasOwn(diff, field) ? diff[field] : undefined;
  let value: unknown = pair?.[side === 'before' ? 0 : 1];
  for (const segment of rest) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

type Test = (value: unknown, operand: never) => boolean;

const tests: { [name in keyof Required<Operators>]: Test } = {
  $eq: (value, operand) => jsonEqual(value, operand),
  $ne: (value, operand) => !jsonEqual(value, operand),
  $in: (value, operand: unknown[]) => operand.some((item) => jsonEqual(value, item)),
  $nin: (value, operand: unknown[]) => !operand.some((item) => jsonEqual(value, item)),
  $gt: (value, operand) => order(value, operand) > 0,
  $gte: (value, operand) => order(value, operand) >= 0,
  $lt: (value, operand) => order(value, operand) < 0,
  $lte: (value, operand) => order(value, operand) <= 0,
  $exists: (_value, operand: boolean) => operand,
  $contains: (value, operand: unknown) =>
    Array.isArray(value)
      ? value.some((item) => jsonEqual(item, operand))
      : typeof value === 'string' && typeof operand === 'string' && value.includes(operand),
  $starts: (value, operand: string) => typeof value === 'string' && value.startsWith(operand),
};

function holds(is: Operators, value: unknown): boolean {
  if (value === undefined) return Object.keys(is).length === 1 && is.$exists === false;
  return Object.entries(is).every(([name, operand]) =>
    tests[name as keyof Operators](value, operand as never),
  );
}

/** NaN, which no comparison is true of, for values that have no order between them. */
function order(value: unknown, operand: unknown): number {
  if (typeof value === 'number' && typeof operand === 'number') return value - operand;
  if (typeof value === 'string' && typeof operand === 'string') {
    return value === operand ? 0 : value < operand ? -1 : 1;
  }
  return Number.NaN;
}
