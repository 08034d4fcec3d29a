import type { Tx } from '#lib/db/index';
import { joinRecords, oweCreations } from '#lib/sync/index';
import {
  type FoundRecord,
  holdRecords,
  type RowOutcome,
  type StoredRow,
  selectOvertaken,
  selectPartnerRows,
} from './execute-store.ts';
import type { HeldPlan } from './held-plan.ts';
import type { RowInput } from './plan-input-store.ts';
import { firstStream } from './preview-join.ts';

type Terms = Pick<HeldPlan, 'plan' | 'terms'>;

const said = {
  changed: 'It changed after the plan was made. Plan again to include it.',
  overtaken: 'Something like it came after the plan was made. Plan again to decide on both.',
  unchosen: 'Nobody has said whom it is.',
  unpaired: 'The record it was said to be is not free any more.',
} as const;

type Fate = Omit<RowOutcome, 'ordinal'>;
const done: Fate = { status: 'done', reason: null };
const skipped = (reason: string): Fate => ({ status: 'skipped', reason });

/** Records that are owed an object in the same streams; told of together. */
type Missing = Map<string, { recordIds: string[]; streamIds: readonly string[] }>;

/** Ends a row of several effects without any of them. */
class RowOver extends Error {
  readonly fate: Fate;
  constructor(fate: Fate) {
    super(fate.reason ?? fate.status);
    this.name = 'RowOver';
    this.fate = fate;
  }
}

/**
 * Carries out rows as they were stored, each once, in the caller's transaction. A row whose records
 * are not what it was decided on does nothing and says so.
 */
export async function carryOutRows(
  tx: Tx,
  held: Terms,
  rows: readonly StoredRow[],
): Promise<RowOutcome[]> {
  const { plan } = held;
  const wanted = rows.flatMap(({ choice }) => choice ?? []);
  const partners = wanted.length > 0 ? await selectPartnerRows(tx, plan, wanted) : [];
  const inputs = [...rows, ...partners].flatMap((row) => row.inputs);
  const ids = [...new Set(inputs.map((input) => input.record_id))].sort();
  const found = new Map((await holdRecords(tx, plan, ids)).map((record) => [record.id, record]));
  const overtaken = new Set(await selectOvertaken(tx, plan, ids));
  const outcomes = new Map<number, RowOutcome>();
  const missing: Missing = new Map();
  for (const row of rows) {
    if (outcomes.has(row.ordinal)) continue;
    const partner = partners.find(
      (other) => other.record_id === row.choice && other.choice === row.record_id,
    );
    const pair = partner ? [row, partner] : [row];
    const isOvertaken = pair.some((one) =>
      one.inputs.some(({ record_id: id }) => overtaken.has(id)),
    );
    const fate = isOvertaken
      ? skipped(row.action === 'review' && !row.is_chosen ? said.unchosen : said.overtaken)
      : await carryOut(tx, held, row, partner ?? null, found, missing);
    for (const { ordinal } of pair) outcomes.set(ordinal, { ordinal, ...fate });
  }
  for (const { recordIds, streamIds } of missing.values()) {
    await make(tx, held, recordIds, streamIds);
  }
  return [...outcomes.values()];
}

async function carryOut(
  tx: Tx,
  held: Terms,
  row: StoredRow,
  partner: StoredRow | null,
  found: ReadonlyMap<string, FoundRecord>,
  missing: Missing,
): Promise<Fate> {
  if (row.action === 'join') return joinAndMake(tx, held, row.inputs, row.targets, found);
  if (row.action === 'review') {
    if (!row.is_chosen) return skipped(said.unchosen);
    if (row.choice !== null) {
      if (!partner) return skipped(said.unpaired);
      const inputs = [...row.inputs, ...partner.inputs];
      return joinAndMake(tx, held, inputs, sharedTargets(row, partner), found);
    }
    if (row.targets.length === 0) return { status: 'rejected', reason: 'It is made nowhere.' };
  }
  if (!row.inputs.every((input) => isAsDecided(input, found))) return skipped(said.changed);
  const same = missing.get(row.targets.join());
  if (same) same.recordIds.push(row.record_id);
  else missing.set(row.targets.join(), { recordIds: [row.record_id], streamIds: row.targets });
  return done;
}

/** Where both are missing, unless somebody else there could be the same: the next plan asks. */
function sharedTargets(row: StoredRow, partner: StoredRow): string[] {
  const unsure = new Set([...row.others, ...partner.others].map((other) => other.stream_id));
  return row.targets.filter((id) => partner.targets.includes(id) && !unsure.has(id));
}

function isAsDecided(input: RowInput, found: ReadonlyMap<string, FoundRecord>): boolean {
  const record = found.get(input.record_id);
  if (!record || record.deleted_at !== null || record.version !== input.version) return false;
  return (
    record.links.length === Object.keys(input.ranks).length &&
    record.links.every((link) => input.ranks[link.id] === link.remote_rank)
  );
}

/** All of it or nothing: a third record that has changed leaves the other two as they are. */
async function joinAndMake(
  tx: Tx,
  held: Terms,
  inputs: readonly RowInput[],
  targets: readonly string[],
  found: ReadonlyMap<string, FoundRecord>,
): Promise<Fate> {
  if (!inputs.every((input) => isAsDecided(input, found))) return skipped(said.changed);
  try {
    await tx.savepoint(async (inner) => {
      const recordId = await joinAll(inner, held, inputs, found);
      await make(inner, held, [recordId], targets);
    });
    return done;
  } catch (error) {
    if (error instanceof RowOver) return error.fate;
    throw error;
  }
}

/** A person has seen how many they are. */
async function make(
  tx: Tx,
  { plan }: Terms,
  recordIds: readonly string[],
  streamIds: readonly string[],
): Promise<void> {
  if (streamIds.length === 0) return;
  const { workspace_id: workspaceId } = plan;
  await oweCreations(tx, { workspaceId, recordIds, streamIds, isPlanned: true });
}

async function joinAll(
  tx: Tx,
  { plan, terms }: Terms,
  inputs: readonly RowInput[],
  found: ReadonlyMap<string, FoundRecord>,
): Promise<string> {
  const [first, ...others] = inputs;
  if (!first) throw new RowOver(skipped(said.changed));
  const ranks = Object.assign({}, ...inputs.map((input) => input.ranks)) as RowInput['ranks'];
  const versions = Object.fromEntries(inputs.map((input) => [input.record_id, input.version]));
  const present = inputs.flatMap((input) => found.get(input.record_id)?.links ?? []);
  let joined = first.record_id;
  for (const other of others) {
    const result = await joinRecords(tx, {
      workspaceId: plan.workspace_id,
      recordIds: [joined, other.record_id],
      onDifference: terms.onDifference,
      firstStreamId: firstStream(terms, present),
      expected: { versions, ranks },
      writable: terms.writable,
    });
    if (result.outcome === 'changed') throw new RowOver(skipped(said.changed));
    if (result.outcome === 'refused') {
      throw new RowOver({ status: 'failed', reason: result.reason });
    }
    joined = result.recordId;
    versions[joined] = (versions[joined] ?? 0) + 1;
  }
  return joined;
}
