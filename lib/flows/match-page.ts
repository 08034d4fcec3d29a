import type { Tx } from '#lib/db/index';
import { decideRows } from './decide-rows.ts';
import {
  type MemberRow,
  selectClasses,
  selectMembers,
  selectOwed,
  selectVersions,
} from './gather-store.ts';
import { noKey } from './match-key.ts';
import {
  candidatesShown,
  type Decision,
  type MatchClass,
  type MatchSide,
  matchRecords,
} from './match-records.ts';
import { insertPlanRows, type NewRow, selectNamed, selectWhole } from './plan-input-store.ts';
import { planLimits } from './plan-limits.ts';
import type { Checkpoint, Progress, TakenPlan } from './plan-work-store.ts';
import { type JoinTerms, previewJoin } from './preview-join.ts';
import type { PlanRow } from './schema.ts';

export interface MatchTerms {
  sides: readonly MatchSide[];
  join: JoinTerms;
}

/** Decides on a page of members and stores the rows; null after the last one. */
export async function matchPage(
  tx: Tx,
  plan: TakenPlan,
  terms: MatchTerms,
  at: Checkpoint,
): Promise<Progress | null> {
  const after =
    at.key === undefined || at.after === undefined ? null : { key: at.key, recordId: at.after };
  const page = await selectMembers(tx, plan, after, planLimits.matchedRecords);
  const last = page.at(-1);
  if (!last) return null;
  const decisions = await decide(tx, plan, terms, page);
  const rows = await rowsOf(tx, plan, terms, decisions, at.ordinal ?? 0);
  if (rows.length > 0) await insertPlanRows(tx, plan, rows);
  const checkpoint: Checkpoint = {
    step: 'match',
    key: last.match_key,
    after: last.record_id,
    ordinal: rows.at(-1)?.ordinal ?? at.ordinal ?? 0,
  };
  return { checkpoint, done: page.length, ...figuresOf(rows) };
}

async function decide(
  tx: Tx,
  plan: TakenPlan,
  { sides }: MatchTerms,
  page: readonly MemberRow[],
): Promise<Decision[]> {
  const keys = [...new Set(page.map((member) => member.match_key))].filter((key) => key !== noKey);
  const classes = new Map<string, MatchClass[]>();
  const found = keys.length > 0 ? await selectClasses(tx, plan, keys, candidatesShown) : [];
  for (const { match_key: key, taken, count, record_ids: recordIds } of found) {
    classes.set(key, [...(classes.get(key) ?? []), { taken, count, recordIds }]);
  }
  // What is joined may stand on other pages; of a class of many nothing is joined.
  const single = found.filter(({ count }) => count === 1).flatMap(({ record_ids }) => record_ids);
  const ids = [...new Set([...page.map(({ record_id }) => record_id), ...single])];
  const owed = new Map<string, string[]>();
  for (const { record_id: id, stream_id } of await selectOwed(tx, plan, ids)) {
    owed.set(id, [...(owed.get(id) ?? []), stream_id]);
  }
  const members = page.map(({ record_id: recordId, match_key: key, taken }) => ({
    recordId,
    key,
    taken,
  }));
  return matchRecords({ sides, members, classes, owed });
}

async function rowsOf(
  tx: Tx,
  plan: TakenPlan,
  terms: MatchTerms,
  decisions: readonly Decision[],
  ordinal: number,
): Promise<NewRow[]> {
  const ids = new Set<string>();
  for (const decision of decisions) {
    if (decision.action === 'joined' || decision.action === 'nothing') continue;
    ids.add(decision.recordId);
    const with_ = decision.action === 'join' ? decision.others : [];
    for (const id of decision.action === 'review' ? decision.candidates : with_) ids.add(id);
  }
  if (ids.size === 0) return [];
  const named = new Map((await selectNamed(tx, plan, [...ids])).map((row) => [row.id, row]));
  const versions = new Map(
    (await selectVersions(tx, plan, [...ids])).map((row) => [row.record_id, row.version]),
  );
  const differences = await previewJoins(tx, plan, terms.join, decisions);
  return decideRows(decisions, { sides: terms.sides, named, versions, differences }, ordinal);
}

/** Records are read whole a few at a time: one of them may be large. */
async function previewJoins(
  tx: Tx,
  plan: TakenPlan,
  terms: JoinTerms,
  decisions: readonly Decision[],
): Promise<Map<string, PlanRow['differences']>> {
  const joins = decisions.filter((decision) => decision.action === 'join');
  const differences = new Map<string, PlanRow['differences']>();
  for (let start = 0; start < joins.length; start += planLimits.readJoins) {
    const some = joins.slice(start, start + planLimits.readJoins);
    const ids = some.flatMap(({ recordId, others }) => [recordId, ...others]);
    const whole = new Map((await selectWhole(tx, plan, ids)).map((row) => [row.id, row]));
    for (const { recordId, others } of some) {
      const records = [recordId, ...others].flatMap((id) => whole.get(id) ?? []);
      differences.set(recordId, previewJoin(terms, records));
    }
  }
  return differences;
}

/** A changed object is read before it is written; one that is made is written once. */
const callsOf = { update: 2, create: 1 } as const;

function figuresOf(rows: readonly NewRow[]): Omit<Progress, 'checkpoint'> {
  const figures = { joins: 0, creates: 0, updates: 0, conflicts: 0, reviews: 0 };
  const calls: Record<string, number> = {};
  const call = (streamId: string, count: number) => {
    calls[streamId] = (calls[streamId] ?? 0) + count;
  };
  for (const { action, targets, differences } of rows) {
    if (action === 'review') {
      figures.reviews += 1;
      continue;
    }
    if (action === 'join') figures.joins += 1;
    figures.creates += targets.length;
    for (const target of targets) call(target, callsOf.create);
    const updates = differences.filter(({ becomes }) => becomes === 'update');
    figures.updates += updates.length;
    figures.conflicts += differences.length - updates.length;
    for (const stream of new Set(updates.map(({ stream_id }) => stream_id))) {
      call(stream, callsOf.update);
    }
  }
  return { ...figures, calls };
}
