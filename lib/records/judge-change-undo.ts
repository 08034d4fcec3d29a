import type { Json, JsonObject } from '#lib/core/index';
import { defaultsOf, fieldsEqual, fieldsOf, type Kind } from '#lib/kinds/index';
import { type ConnectorRules, judgePatch, type PatchTarget } from './check-patch.ts';
import { type Change, fieldsPatchSchema, type UndoFault } from './schema.ts';

/** A change, or what several of one run come to. */
export interface NetChange {
  op: Change['op'];
  /** {field: [before, after]} */
  diff: Record<string, readonly [unknown, unknown]>;
}

export interface UndoTarget {
  kind: Kind;
  data: JsonObject;
  isDeleted: boolean;
  /** The record it became part of. */
  joinedInto: string | null;
  /** Places it lives at, with the fields that wait for a decision there. */
  links: (PatchTarget['links'][number] & { held: readonly string[] })[];
  /** Places it was deleted at that can still be asked. */
  askable: number;
}

export interface UndoJudgement {
  can: { field: string; from: Json; to: Json }[];
  cannot: UndoFault[];
  asksService: boolean;
}

const whole = (code: UndoFault['code'], reason: string): UndoJudgement => ({
  can: [],
  cannot: [{ field: null, code, reason }],
  asksService: false,
});

/** What of a change can be taken back as things stand, and what not, with the reason. Pure. */
export function judgeChangeUndo(
  change: NetChange,
  target: UndoTarget,
  rules: ConnectorRules,
): UndoJudgement {
  if (change.op === 'create') {
    return whole('created', 'It was made then. Delete it at its service, and it goes here too.');
  }
  if (target.joinedInto !== null) {
    return whole('joined', 'The record has become part of another one.');
  }
  if (change.op === 'delete') return judgeDeletion(target);
  if (target.isDeleted) {
    return whole('deleted', 'The record has been deleted; only its service can bring it back.');
  }
  const judged = judgeFields(change, target, rules);
  if (judged.can.length + judged.cannot.length > 0) return judged;
  return change.op === 'restore'
    ? whole('restored', 'The record came back because its service has it.')
    : whole('same', 'The values are as they were before.');
}

function judgeDeletion(target: UndoTarget): UndoJudgement {
  if (!target.isDeleted) return whole('same', 'The record is there again.');
  if (target.askable === 0) {
    return whole('deleted', 'No service can be asked for it any more.');
  }
  return { can: [], cannot: [], asksService: true };
}

function judgeFields(change: NetChange, target: UndoTarget, rules: ConnectorRules): UndoJudgement {
  const judged: UndoJudgement = { can: [], cannot: [], asksService: false };
  for (const [field, [before, after]] of Object.entries(change.diff)) {
    if (followsAnother(field, change)) continue;
    const values = {
      before: standing(target.kind, field, before as Json),
      after: standing(target.kind, field, after as Json),
      now: standing(target.kind, field, target.data[field]),
    };
    if (isSame(target.kind, field, values.now, values.before)) continue;
    const fault = whyNot(field, values, target, rules);
    if (fault) judged.cannot.push({ field, ...fault });
    else judged.can.push({ field, from: values.now, to: values.before });
  }
  return judged;
}

/** What a service calls a value travels with our own word for it. */
const followsAnother = (field: string, { diff }: NetChange): boolean =>
  field.startsWith('raw_') && Object.hasOwn(diff, field.slice('raw_'.length));

/** A field nobody has said anything about holds its kind's default. */
const standing = (kind: Kind, field: string, value: Json | undefined): Json =>
  value ?? defaultsOf(kind)[field] ?? null;

const isSame = (kind: Kind, field: string, one: Json, other: Json): boolean =>
  fieldsEqual(fieldsOf(kind)[field]?.comparator ?? 'exact', one, other);

function whyNot(
  field: string,
  { before, after, now }: { before: Json; after: Json; now: Json },
  target: UndoTarget,
  rules: ConnectorRules,
): Omit<UndoFault, 'field'> | null {
  if (!fieldsOf(target.kind)[field]?.editable) {
    return { code: 'from_service', reason: 'Only the service says this.' };
  }
  if (!isSame(target.kind, field, now, after)) {
    return { code: 'changed_since', reason: 'It has been changed again since.', now };
  }
  if (target.links.some((link) => link.held.includes(field))) {
    return { code: 'in_conflict', reason: 'It changed on both sides; decide that first.' };
  }
  if (!fieldsPatchSchema.safeParse({ [field]: before }).success) {
    return { code: 'invalid', reason: 'The value from before cannot be set here.' };
  }
  const { readOnly, invalid } = judgePatch(target, { [field]: before }, rules);
  const closed = readOnly[field];
  if (closed !== undefined) return { code: 'read_only', reason: closed };
  const refused = invalid[field];
  return refused === undefined ? null : { code: 'invalid', reason: refused };
}

/** What the changes of one record within one run come to, oldest first. Pure. */
export function netChange(changes: readonly NetChange[]): NetChange {
  if (changes.some(({ op }) => op === 'create')) return { op: 'create', diff: {} };
  const ends = changes.filter(({ op }) => op === 'delete' || op === 'restore');
  if (ends.at(-1)?.op === 'delete') return { op: 'delete', diff: {} };
  const diff: Record<string, readonly [unknown, unknown]> = {};
  for (const change of changes) {
    for (const [field, [before, after]] of Object.entries(change.diff)) {
      diff[field] = [diff[field] ? diff[field][0] : before, after];
    }
  }
  return { op: ends.length > 0 ? 'restore' : 'update', diff };
}
