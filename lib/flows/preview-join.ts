import type { Json } from '#lib/core/index';
import type { Kind } from '#lib/kinds/index';
import { type JoinRequest, joinSideOf, planJoin, type SeenLink } from '#lib/sync/index';
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
  const { kind, onDifference, writable } = terms;
  const sideOf = ({ links, ...record }: WholeRecord) =>
    joinSideOf({ ...record, kind }, links, writable);
  let [joined, ...others] = records;
  let differences: PlanRow['differences'] = [];
  for (const other of others) {
    if (!joined) break;
    const [keep, drop] = joined.id < other.id ? [joined, other] : [other, joined];
    const links: SeenLink[] = [...keep.links, ...drop.links];
    const firstStreamId = firstStream(terms, links);
    const plan = planJoin({
      kind,
      keep: sideOf(keep),
      drop: sideOf(drop),
      onDifference,
      firstStreamId,
    });
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

/** A value to look at; the whole of it is in the record. */
function clip(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= planLimits.valueChars) return value;
  return `${text.slice(0, planLimits.valueChars - 1)}…`;
}
