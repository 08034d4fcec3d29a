import { checkField, fieldRule, taskStates } from '@/lib/kinds/index';
import type { Conflict, ConflictChoice, ConflictFilter, Resolution } from '@/lib/records/schema';
import { conflictStatuses } from '@/lib/records/schema';
import { words } from './words';

/** How the values of a field are shown and written. */
export type Shape = 'set' | 'text' | 'line' | 'date' | 'moment' | 'state' | 'other';

export function shapeOf({ kind, field }: Pick<Conflict, 'kind' | 'field'>): Shape {
  const { comparator } = fieldRule(kind, field);
  if (comparator === 'set' || comparator === 'text' || comparator === 'moment') return comparator;
  if (comparator === 'line') return 'line';
  if (kind === 'task' && field === 'state') return 'state';
  return field.endsWith('_on') ? 'date' : 'other';
}

export interface RecordGroup {
  recordId: string;
  title: string;
  isDeleted: boolean;
  conflicts: Conflict[];
}

/** By record, in the order of the newest conflict of each. */
export function groupByRecord(conflicts: readonly Conflict[]): RecordGroup[] {
  const groups = new Map<string, RecordGroup>();
  for (const conflict of conflicts) {
    const known = groups.get(conflict.record_id);
    if (known) known.conflicts.push(conflict);
    else {
      groups.set(conflict.record_id, {
        recordId: conflict.record_id,
        title: conflict.title?.trim() || words.untitled,
        isDeleted: conflict.is_deleted,
        conflicts: [conflict],
      });
    }
  }
  return [...groups.values()];
}

/** The rows of a list after an answer: as they stand now, and without what does not belong there any more. */
export function withAnswers(
  conflicts: readonly Conflict[],
  answers: ReadonlyMap<string, Conflict | null>,
  status: Conflict['status'] | undefined,
): Conflict[] {
  return conflicts.flatMap((conflict) => {
    const answer = answers.get(conflict.id);
    if (answer === undefined) return [conflict];
    return answer && (status === undefined || answer.status === status) ? [answer] : [];
  });
}

/** Why it came to be, or how it was settled; null where nothing is to be said. */
export function whyOf(
  { policy, status, choice, resolved_by }: Conflict,
  service: string,
): string | null {
  const { why } = words;
  switch (policy) {
    case 'oscillation':
    case 'joined':
    case 'local_wins':
    case 'remote_wins':
    case 'text':
      return why[policy];
    case 'latest_wins':
      return status === 'automatic' ? why.latest_wins : why.latest_unsure;
    case 'refused':
    case 'delete_wins':
      return why[policy](service);
    default:
      return status === 'resolved' && choice === null && resolved_by === null
        ? words.settledBy.agreed
        : null;
  }
}

/** Whose decision stands. */
export function settledBy({ status, resolved_by, choice, is_deleted }: Conflict): string {
  if (status === 'automatic') return words.settledBy.policy;
  if (resolved_by) return words.settledBy.person(resolved_by.name ?? words.somebody);
  if (choice === null && is_deleted) return words.settledBy.deleted;
  return choice === null ? words.settledBy.agreed : words.settledBy.person(words.somebody);
}

/** The choices a key or a button offers, in their order. */
export const offered = ['local', 'remote', 'base'] as const;

export const mayChoose = (conflict: Conflict, choice: ConflictChoice): boolean =>
  conflict.status === 'open' && !conflict.is_deleted && conflict.closed[choice] === undefined;

/** A value as one writes it in a field of the form. */
export function draftOf(shape: Shape, value: unknown): string {
  if (shape === 'set') return Array.isArray(value) ? value.map(String).join(', ') : '';
  return typeof value === 'string' ? value : '';
}

/** What a person can write. */
export type Written = NonNullable<Resolution['value']> | null;

/** What was written, as a value of the field; undefined where it is none. */
export function parseDraft(
  { kind, field }: Pick<Conflict, 'kind' | 'field'>,
  draft: string,
): Written | undefined {
  const shape = shapeOf({ kind, field });
  const items = draft.split(',').map((item) => item.trim());
  const value: Written = shape === 'set' ? [...new Set(items.filter(Boolean))] : draft;
  const isEmptied = value === '' && checkField(kind, field, null) === null;
  const given = isEmptied ? null : value;
  return checkField(kind, field, given) === null ? given : undefined;
}

export const stateChoices: readonly string[] = taskStates;

/** The parts of the page's address that say which conflicts are shown. */
export const filterNames = ['connection', 'stream', 'flow', 'field', 'record'] as const;
type FilterName = (typeof filterNames)[number];

export interface View {
  status: Conflict['status'];
  filter: Partial<Record<FilterName, string>>;
}

export function readView(params: URLSearchParams): View {
  const status = conflictStatuses.find((one) => one === params.get('status')) ?? 'open';
  const filter = Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = params.get(name);
      return value ? [[name, value]] : [];
    }),
  );
  return { status, filter };
}

/** As the API takes it, without the status. */
export function toApiFilter({ filter }: View): Omit<ConflictFilter, 'status'> {
  const { connection, stream, flow, field, record } = filter;
  return {
    ...(connection ? { connection_id: connection } : {}),
    ...(stream ? { stream_id: stream } : {}),
    ...(flow ? { flow_id: flow } : {}),
    ...(record ? { record_id: record } : {}),
    ...(field ? { field } : {}),
  };
}
