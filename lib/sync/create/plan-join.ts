import type { Json, JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual, isReference, type Kind } from '#lib/kinds/index';
import type { Link } from '#lib/records/schema';
import { dirtyFields } from '../merge/index.ts';
import { isUnsaid, joinField, type Said } from './join-field.ts';

/** A link as a join sees it: everything in record terms. */
export interface JoinLink {
  id: string;
  connection_id: string;
  stream_id: string;
  state: Link['state'];
  held: readonly string[];
  /** What the service had when it was last observed; null before that. */
  base: JsonObject | null;
  /** The same as the service has it, by the service's own fields. */
  stored: JsonObject | null;
  ours: JsonObject;
  /** Fields that can be written there. */
  writable: readonly string[];
  /** Whether a change of the field there reaches the record. */
  reads(field: string): boolean;
  /** Whether the service would have anything else if it were told the value. */
  sends(field: string, value: Json): boolean;
}

export interface JoinSide {
  id: string;
  data: JsonObject;
  links: readonly JoinLink[];
}

export interface JoinInput {
  kind: Kind;
  /** The older one, which stays. */
  keep: JoinSide;
  drop: JoinSide;
  /** `first_side`: the values of the record that lives in `firstStreamId` stand. */
  onDifference: 'first_side' | 'ask';
  /** Of the streams of the two records the first in the flow's order. */
  firstStreamId: string | null;
  /** The record whose values stand in any case. */
  standing?: string | null;
}

export interface JoinedLink {
  id: string;
  held: string[];
  ours: JsonObject;
  isDirty: boolean;
}

/** A field that is not the same everywhere once the two are one. */
export interface JoinDifference {
  field: string;
  link_id: string;
  stream_id: string;
  /** What the service has. */
  from: Json;
  /** What the record has then. */
  to: Json;
  becomes: 'update' | 'conflict';
}

export interface JoinPlan {
  /** Of the kept record. */
  data: JsonObject;
  changed: string[];
  /** Every living link of both. */
  links: JoinedLink[];
  /** What a person is asked; the fields are held at these links. */
  conflicts: { link_id: string; field: string; base: Json; local: Json; remote: Json }[];
  /** Held fields that agree now. */
  settled: { link_id: string; field: string; value: Json }[];
  differences: JoinDifference[];
}

/** Decides what two records become as one. Pure. */
export function planJoin(input: JoinInput): JoinPlan {
  const { kind, keep, drop } = input;
  const data = { ...keep.data };
  const asked = new Map<string, Json>();
  for (const field of new Set([...Object.keys(keep.data), ...Object.keys(drop.data)])) {
    const dropped = saidOf(kind, drop, field);
    const joined = joinField({
      kind,
      field,
      keep: saidOf(kind, keep, field),
      drop: dropped,
      wins: winner(input),
    });
    data[field] = joined.value;
    if (joined.asks) asked.set(field, dropped.value);
  }
  const plan: JoinPlan = {
    data,
    changed: Object.keys(data).filter((field) => !same(kind, field, keep.data[field], data[field])),
    links: [],
    conflicts: [],
    settled: [],
    differences: [],
  };
  const hosts = new Map([...asked.keys()].map((field) => [field, hostsOf(input, field, data)]));
  for (const side of [keep, drop]) {
    for (const link of living(side)) {
      const asks = [...asked.keys()].filter((field) => hosts.get(field)?.includes(link));
      joinLink(plan, link, { kind, own: side.data, asks, asked });
    }
  }
  return plan;
}

const living = ({ links }: JoinSide) => links.filter((link) => link.state !== 'tombstone');

const same = (kind: Kind, field: string, a: Json | undefined, b: Json | undefined): boolean =>
  fieldsEqual(fieldRule(kind, field).comparator, a, b);

/**
 * What the record holds of a field. A value that only came in is taken through the rules its stream
 * has by now; an edit that was never sent is what it is.
 */
function saidOf(kind: Kind, side: JoinSide, field: string): Said {
  const value = side.data[field] ?? null;
  const shows = side.links.find(
    (link) =>
      link.state !== 'tombstone' && link.reads(field) && Object.hasOwn(link.base ?? {}, field),
  );
  if (!shows) return { value, isSaid: !isUnsaid(kind, field, value) };
  const seen = shows.base?.[field] ?? null;
  // Two services may call two objects the same.
  const isAsItCame = !isReference(kind, field) && same(kind, field, value, shows.stored?.[field]);
  return { value: isAsItCame ? seen : value, isSaid: true };
}

function winner(input: JoinInput): 'keep' | 'drop' | null {
  const { keep, drop, onDifference, firstStreamId, standing } = input;
  if (standing === keep.id) return 'keep';
  if (standing === drop.id) return 'drop';
  if (onDifference === 'ask' || firstStreamId === null) return null;
  const isIn = ({ links }: JoinSide) => links.some((link) => link.stream_id === firstStreamId);
  if (isIn(keep)) return 'keep';
  return isIn(drop) ? 'drop' : null;
}

/** Where a field is held that a person is asked about: at the services that show something else. */
function hostsOf({ kind, keep, drop }: JoinInput, field: string, data: JsonObject): JoinLink[] {
  const differing = living(drop).filter(
    (link) =>
      Object.hasOwn(link.base ?? {}, field) && !same(kind, field, link.base?.[field], data[field]),
  );
  if (differing.length > 0) return differing;
  return [...living(drop), ...living(keep)].slice(0, 1);
}

/** What one link holds, and owes, once its record has the joined data. */
function joinLink(
  plan: JoinPlan,
  link: JoinLink,
  of: { kind: Kind; own: JsonObject; asks: string[]; asked: ReadonlyMap<string, Json> },
): void {
  const { kind, own, asks, asked } = of;
  const { data } = plan;
  const { id: link_id, stream_id, base } = link;
  const ours: JsonObject = {};
  for (const [field, value] of Object.entries(link.ours)) {
    if (same(kind, field, value, data[field])) ours[field] = value;
  }
  for (const field of Object.keys(data)) {
    // Each service has its own name for another object, so the other record's is nothing to send.
    const isForeign = isReference(kind, field) && !same(kind, field, own[field], data[field]);
    if (isForeign) ours[field] = data[field] ?? null;
  }
  const agreed = link.held.filter(
    (field) => !asks.includes(field) && same(kind, field, base?.[field], data[field]),
  );
  for (const field of agreed) plan.settled.push({ link_id, field, value: data[field] ?? null });
  const before = link.held.filter((field) => !agreed.includes(field));
  const held = [...new Set([...before, ...asks])];
  for (const field of held) {
    const local = data[field] ?? null;
    const seen = base?.[field] ?? null;
    // What a side said and never sent is shown as its value: the service does not have it yet.
    const remote = asks.includes(field) ? (asked.get(field) ?? null) : seen;
    plan.conflicts.push({ link_id, field, base: null, local, remote });
    plan.differences.push({
      field,
      link_id,
      stream_id,
      from: remote,
      to: local,
      becomes: 'conflict',
    });
  }
  const { writable } = link;
  const dirty = dirtyFields({ kind, data, base, ours, held, writable });
  const owed = dirty.filter((field) => link.sends(field, data[field] ?? null));
  for (const field of owed) {
    const from = base?.[field] ?? null;
    const to = data[field] ?? null;
    plan.differences.push({ field, link_id, stream_id, from, to, becomes: 'update' });
  }
  plan.links.push({ id: link_id, held, ours, isDirty: owed.length > 0 });
}
