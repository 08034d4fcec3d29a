import type { Json } from '#lib/core/index';
import { fieldsOf, type Kind } from '#lib/kinds/index';
import {
  type JoinLink,
  type JoinRequest,
  type JoinSide,
  lensOf,
  planJoin,
  readRules,
} from '#lib/sync/index';
import type { WholeRecord } from './plan-input-store.ts';
import { planLimits } from './plan-limits.ts';
import type { PlanRow } from './schema.ts';

/** How a flow's records are joined: the same for a preview and for doing it. */
export interface JoinTerms {
  kind: Kind;
  onDifference: JoinRequest['onDifference'];
  writable: NonNullable<JoinRequest['writable']>;
  /** The flow's streams in its order. */
  streams: readonly string[];
}

/** Of the streams of two records the first in the flow's order. */
export function firstStream(
  terms: Pick<JoinTerms, 'streams'>,
  present: readonly { stream_id: string; state: string }[],
): string | null {
  const living = present.filter(({ state }) => state !== 'tombstone');
  return terms.streams.find((id) => living.some((link) => link.stream_id === id)) ?? null;
}

/**
 * What will differ, and where, once these records are one: joined in the order they are given, the
 * older of two staying, as joinRecords does it. Pure.
 */
export function previewJoin(
  terms: JoinTerms,
  records: readonly WholeRecord[],
): PlanRow['differences'] {
  const [first, ...others] = records.map((record) => sideOf(terms, record));
  if (!first) return [];
  let joined = first;
  let differences: PlanRow['differences'] = [];
  for (const other of others) {
    const [keep, drop] = joined.id < other.id ? [joined, other] : [other, joined];
    const links = [...keep.links, ...drop.links];
    const { kind, onDifference } = terms;
    const firstStreamId = firstStream(terms, links);
    const plan = planJoin({ kind, keep, drop, onDifference, firstStreamId });
    const held = new Map(plan.links.map((link) => [link.id, link]));
    joined = {
      id: keep.id,
      data: plan.data,
      links: links.map((link) => ({ ...link, ...held.get(link.id) })),
    };
    differences = plan.differences.map(({ field, stream_id, from, to, becomes }) => ({
      field,
      stream_id,
      from: clip(from),
      to: clip(to),
      becomes,
    }));
  }
  return differences;
}

/** As joinRecords sees it: by the rules that each stream has. */
function sideOf({ kind, writable }: JoinTerms, record: WholeRecord): JoinSide {
  return {
    id: record.id,
    data: record.data,
    links: record.links.map(({ rules, ...link }): JoinLink => {
      const lens = lensOf(kind, readRules(rules));
      return {
        ...link,
        base: link.base && lens.observe(link.base).fields,
        stored: link.base,
        writable: lens.writable(writable(link.stream_id) ?? editable(kind)),
        reads: (field) => lens.observes(field) && !lens.enforced.includes(field),
      };
    }),
  };
}

const editable = (kind: Kind): string[] =>
  Object.entries(fieldsOf(kind)).flatMap(([field, rule]) => (rule.editable ? field : []));

/** A value to look at; the whole of it is in the record. */
function clip(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= planLimits.valueChars) return value;
  return `${text.slice(0, planLimits.valueChars - 1)}…`;
}
