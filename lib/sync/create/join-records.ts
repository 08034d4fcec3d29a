import { type JsonObject, newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { fieldsOf, isReference, type Kind } from '#lib/kinds/index';
import type { References } from '../lens/index.ts';
import { writeConflicts } from '../observe-store.ts';
import { diffOf } from '../plan-observation.ts';
import { restate, selectReferences, wakeReferrers } from '../reference-store.ts';
import { viewLink } from '../view-link.ts';
import {
  type JoinedRecord,
  type LockedCreation,
  type LockedLink,
  lockCreationsOf,
  lockLinks,
  lockRecords,
  moveCreations,
  type SeenLink,
  selectCurrentIds,
  writeJoin,
} from './join-store.ts';
import { type JoinInput, type JoinLink, type JoinPlan, planJoin } from './plan-join.ts';

export interface JoinRequest {
  workspaceId: string;
  recordIds: readonly [string, string];
  onDifference: JoinInput['onDifference'];
  firstStreamId: string | null;
  /** What it was decided on; anything else now answers `changed`. By the ids of records and links. */
  expected?: {
    versions: Readonly<Record<string, number>>;
    ranks: Readonly<Record<string, number>>;
  };
  /** Canonical fields that can be written in a stream; without it, every field a person may edit. */
  writable?: (streamId: string) => readonly string[] | null;
  /** The record whose values stand where they differ, whatever the streams say. */
  standing?: string;
  /** A creation under way whose object is what the other record was made of: it comes to its end by this. */
  resolves?: string;
}

export type JoinResult =
  | {
      outcome: 'joined';
      recordId: string;
      /** Null when they were one before. */
      droppedId: string | null;
      conflicts: number;
    }
  /** A record or a link is not what it was when this was decided. */
  | { outcome: 'changed' }
  /** They cannot be one; `reason` is for a person. */
  | { outcome: 'refused'; reason: string };

/**
 * Makes two records one, in the caller's transaction: the older stays and has the links of both, the
 * other ends and its id is understood from now on. Two that are one already stay so.
 */
export async function joinRecords(tx: Tx, request: JoinRequest): Promise<JoinResult> {
  const { workspaceId, expected } = request;
  const current = await selectCurrentIds(tx, workspaceId, request.recordIds);
  const ids = request.recordIds.flatMap((id) => current.get(id) ?? []);
  const [first] = ids;
  if (first === undefined || ids.length < 2) return refuse('One of the two is not there.');
  if (ids.every((id) => id === first)) {
    return { outcome: 'joined', recordId: first, droppedId: null, conflicts: 0 };
  }
  const [keep, drop] = await lockRecords(tx, workspaceId, ids);
  if (!keep || !drop) return refuse('One of the two is not there.');
  // Whoever joined one of them elsewhere meanwhile held its lock.
  const still = await selectCurrentIds(tx, workspaceId, ids);
  if (ids.some((id) => still.get(id) !== id)) return { outcome: 'changed' };
  const links = await lockLinks(tx, workspaceId, ids);
  if (expected && !isAsExpected([keep, drop], links, expected)) return { outcome: 'changed' };
  const all = await lockCreationsOf(tx, workspaceId, ids);
  const creations = all.filter(({ id }) => id !== request.resolves);
  const reason = whyNot([keep, drop], links, creations);
  if (reason !== null) return refuse(reason);
  const linksOf = ({ id }: JoinedRecord) => links.filter((link) => link.record_id === id);
  const [homeId, from] = [keep, drop].map((record) => homeOfRecord(record, linksOf(record)));
  const home = homeId ?? from ?? null;
  const named = await restate(tx, workspaceId, drop, { from: from ?? null, home });
  const references = await referencesOfLinks(tx, workspaceId, {
    records: [keep, named],
    links,
    home,
  });
  const sideOf = (record: JoinedRecord) =>
    joinSideOf(record, linksOf(record), request.writable, references);
  const plan = planJoin({
    kind: keep.kind,
    keep: sideOf(keep),
    drop: sideOf(named),
    onDifference: request.onDifference,
    firstStreamId: request.firstStreamId,
    standing: request.standing === undefined ? null : (current.get(request.standing) ?? null),
  });
  await write(tx, workspaceId, { keep, drop, plan, homeId: home });
  await wakeReferrers(tx, workspaceId, keep.id);
  await moveCreations(tx, workspaceId, sortCreations({ keep, drop, links, creations: all }));
  await wake(tx, 'push');
  return {
    outcome: 'joined',
    recordId: keep.id,
    droppedId: drop.id,
    conflicts: plan.conflicts.length,
  };
}

/** Whose plain names a record holds. */
const homeOfRecord = (record: JoinedRecord, [oldest]: readonly LockedLink[]): string | null =>
  record.home_connection_id ?? oldest?.connection_id ?? null;

/** How each link names others to the record the two become. */
async function referencesOfLinks(
  tx: Tx,
  workspaceId: string,
  of: { records: readonly JoinedRecord[]; links: readonly LockedLink[]; home: string | null },
): Promise<Map<string, References | null>> {
  const [keep] = of.records;
  if (!keep) return new Map();
  const asks = of.links.map(({ id, base, ours, ...link }) => {
    const own = of.records.find((record) => record.id === link.record_id);
    const here = [own?.data ?? null, ours];
    return { ...link, link_id: id, home_id: of.home, here, there: [base] };
  });
  const found = await selectReferences(tx, { workspaceId, kind: keep.kind }, asks);
  return new Map(of.links.map(({ id }, n) => [id, found[n] ?? null]));
}

const refuse = (reason: string): JoinResult => ({ outcome: 'refused', reason });

function isAsExpected(
  records: readonly JoinedRecord[],
  links: readonly LockedLink[],
  { versions, ranks }: NonNullable<JoinRequest['expected']>,
): boolean {
  return (
    records.every(({ id, version }) => versions[id] === version) &&
    links.every(({ id, remote_rank: rank }) => ranks[id] === rank)
  );
}

/** Why two records cannot be one, in words for a person; null when they can. Pure. */
export function whyNot(
  records: readonly JoinedRecord[],
  links: readonly Pick<LockedLink, 'connection_id'>[],
  creations: readonly LockedCreation[],
): string | null {
  if (new Set(records.map(({ kind }) => kind)).size > 1) return 'They are of different kinds.';
  if (records.some((record) => record.deleted_at !== null)) return 'One of the two was deleted.';
  const places = links.map((link) => link.connection_id);
  if (new Set(places).size < places.length) {
    return 'Both live at the same connection, where they are two objects.';
  }
  const underWay = creations.filter(({ state }) => state === 'sending' || state === 'unknown');
  // What nobody can tell but a person has an answer by this: the object the other one has is it.
  const isMade = underWay.some(
    (creation) =>
      (places.includes(creation.connection_id) && !waitsForPerson(creation)) ||
      underWay.some(
        (other) => other !== creation && other.connection_id === creation.connection_id,
      ),
  );
  return isMade ? 'An object is being made for one of the two where the other has one.' : null;
}

const waitsForPerson = ({ state, rests }: LockedCreation): boolean => state === 'unknown' && rests;

/** A record as it is joined: each of its links by the rules its stream has now. Pure. */
export function joinSideOf(
  record: Pick<JoinedRecord, 'id' | 'kind' | 'data'>,
  links: readonly SeenLink[],
  writable?: JoinRequest['writable'],
  references: ReadonlyMap<string, References | null> = new Map(),
): JoinInput['keep'] {
  return {
    id: record.id,
    data: record.data,
    links: links.map((link): JoinLink => {
      const row = { ...link, data: record.data };
      const sight = { references: references.get(link.id) ?? null };
      const { lens, base, ours } = viewLink(record.kind, row, sight);
      return {
        id: link.id,
        connection_id: link.connection_id,
        stream_id: link.stream_id,
        state: link.state,
        held: link.held,
        base,
        stored: link.base,
        ours,
        writable: lens.writable(writable?.(link.stream_id) ?? editable(record.kind)),
        reads: (field) => lens.observes(field) && !lens.enforced.includes(field),
        // What another record is called there is looked up when it is sent.
        sends: (field, value) =>
          !isReference(record.kind, field) &&
          lens.says(field, value) &&
          !lens.standsFor(field, value, link.base ?? {}),
      };
    }),
  };
}

const editable = (kind: Kind): string[] =>
  Object.entries(fieldsOf(kind)).flatMap(([field, rule]) => (rule.editable ? field : []));

async function write(
  tx: Tx,
  workspaceId: string,
  {
    keep,
    drop,
    plan,
    homeId,
  }: { keep: JoinedRecord; drop: JoinedRecord; plan: JoinPlan; homeId: string | null },
): Promise<void> {
  const { changed, data } = plan;
  const diff: JsonObject = diffOf(keep.data, data, changed);
  await writeJoin(tx, {
    workspaceId,
    kind: keep.kind,
    keep: { id: keep.id, homeId, version: keep.version + 1, data, fields: changed, diff },
    drop: { id: drop.id, version: drop.version + 1 },
    links: plan.links,
  });
  if (plan.conflicts.length + plan.settled.length === 0) return;
  const conflicts = plan.conflicts.map((conflict) => ({
    id: newId(),
    record_id: keep.id,
    remote_at: null,
    policy: 'joined',
    status: 'open' as const,
    resolution: null,
    ...conflict,
  }));
  await writeConflicts(tx, { workspaceId }, conflicts, plan.settled);
}

function sortCreations(of: {
  keep: JoinedRecord;
  drop: JoinedRecord;
  links: readonly LockedLink[];
  creations: readonly LockedCreation[];
}): Parameters<typeof moveCreations>[2] {
  const { keep, drop, links, creations } = of;
  const places = new Set(links.map((link) => link.connection_id));
  const isOpen = ({ state }: LockedCreation) => state === 'owed' || state === 'refused';
  const cancelled = new Set(
    creations.filter((row) => isOpen(row) && places.has(row.connection_id)).map(({ id }) => id),
  );
  const ended = creations.filter(waitsForPerson).flatMap(({ id, connection_id: at }) => {
    const link = links.find((one) => one.connection_id === at);
    return link ? [{ id, link_id: link.id }] : [];
  });
  const kept = creations.filter((row) => row.record_id === keep.id);
  const ids: string[] = [];
  for (const row of creations.filter((own) => own.record_id === drop.id)) {
    const twin = kept.find((other) => other.connection_id === row.connection_id);
    if (!twin) ids.push(row.id);
    else if (isOpen(row)) cancelled.add(row.id);
    // Of two for one place the one that was begun is carried on.
    else if (isOpen(twin)) cancelled.add(twin.id);
  }
  return { to: keep.id, ids, cancelled: [...cancelled], ended };
}
