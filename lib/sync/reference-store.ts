import type { Json, JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import { type Kind, kinds, referencesOf } from '#lib/kinds/index';
import { fullName, type Named, namedBy, References, type Target } from './lens/index.ts';

/** A link whose record may name others, with everything that names are looked up for. */
export interface ReferenceAsk {
  record_id: string;
  connection_id: string;
  /** Whose plain names the record holds. */
  home_id: string | null;
  link_id: string | null;
  /** States in the record's terms, and in the service's. */
  here: readonly (JsonObject | null)[];
  there: readonly (JsonObject | null)[];
}

/**
 * How the links name other records; null for one whose record speaks as its service does, which is
 * asked of nobody. Two statements, however many links.
 */
export async function selectReferences(
  tx: Tx,
  of: { workspaceId: string; kind: Kind },
  asks: readonly ReferenceAsk[],
): Promise<(References | null)[]> {
  const fields = referencesOf(of.kind);
  const needs = asks.map((ask) => (fields.length > 0 ? namesOf(ask, fields) : null));
  const open = asks.filter((_, n) => needs[n] !== null);
  if (open.length === 0) return needs.map(() => null);
  const patches = await selectPatches(tx, of.workspaceId, open);
  const names = asks.flatMap((ask, n) => {
    const sent = patches.get(ask.link_id ?? '') ?? [];
    const own = sent.flatMap((patch) => valuesOf([patch], fields));
    return [...(needs[n] ?? []), ...own.flatMap((value) => namedBy(value, ask.home_id) ?? [])];
  });
  const targets = await selectTargets(tx, of, names);
  return asks.map(({ home_id: home, connection_id: at, record_id: recordId }, n) =>
    needs[n] === null || home === null ? null : new References({ home, at, recordId, targets }),
  );
}

const valuesOf = (states: readonly (JsonObject | null)[], fields: readonly string[]): Json[] =>
  states.flatMap((state) => fields.flatMap((field) => state?.[field] ?? []));

/** What has to be known to speak for a link; null when every name is its own service's. */
function namesOf(ask: ReferenceAsk, fields: readonly string[]): Named[] | null {
  const { home_id: home, connection_id: at } = ask;
  if (home === null) return null;
  const here = valuesOf(ask.here, fields).flatMap((value) => namedBy(value, home) ?? []);
  if (at === home && here.every(({ connectionId }) => connectionId === at)) return null;
  const there = valuesOf(ask.there, fields).flatMap((value) => namedBy(value, at) ?? []);
  return [...here, ...there];
}

/** Of what was sent and is still heard of. */
async function selectPatches(
  tx: Tx,
  workspaceId: string,
  asks: readonly ReferenceAsk[],
): Promise<Map<string, JsonObject[]>> {
  const linkIds = asks.flatMap(({ link_id }) => link_id ?? []);
  const rows = await tx<{ link_id: string; patches: JsonObject[] }[]>`
    select link_id, jsonb_agg(patch) as patches from public.push_intents
    where workspace_id = ${workspaceId} and link_id = any(${linkIds}::uuid[])
      and (outcome is null or outcome = 'unknown' or (outcome = 'accepted' and echoed_at is null))
    group by link_id`;
  return new Map(rows.map((row) => [row.link_id, row.patches]));
}

interface FoundRow {
  connection_id: string;
  name: string;
  record_id: string;
  /** 2 by its key, 1 by its id, 0 by an id it had. */
  by: number;
  is_living: boolean;
  links: { connection_id: string; id: string; key: string | null; is_living: boolean }[];
}

/**
 * Whether the key of a link names its object in the whole connection. Of a service that never says what
 * an object is under, a bare number counts within one place only (an issue's number in its repository):
 * it is several objects', and another one's after a move. There it is the id that names.
 */
export const isNamedByKey = (tx: Tx, link: ReturnType<Tx>) => tx`
  (${link}.external_key !~ '^[0-9]+$' or ${link}.base ?| ${references}::text[])`;
const references = [...new Set(kinds.flatMap(referencesOf))];

/** The records of these names, each with all its names. */
async function selectTargets(
  tx: Tx,
  { workspaceId, kind }: { workspaceId: string; kind: Kind },
  names: readonly Named[],
): Promise<Map<string, Target>> {
  const asked = [
    ...new Map(names.map((name) => [fullName(name.connectionId, name.name), name])),
  ].map(([, { connectionId, name }]) => ({ connection_id: connectionId, name }));
  if (asked.length === 0) return new Map();
  const rows = await tx<FoundRow[]>`
    with asked as materialized (
      select * from jsonb_to_recordset(${json(tx, asked)}::jsonb) as x(connection_id uuid, name text)
    ), found as (
      select a.connection_id, a.name, l.record_id, 2 as by, l.state <> 'tombstone' as is_living
      from asked a join public.links l on l.workspace_id = ${workspaceId} and l.connection_id = a.connection_id
        and l.kind = ${kind} and l.external_key = a.name and ${isNamedByKey(tx, tx`l`)}
      union all
      select a.connection_id, a.name, l.record_id, 1, l.state <> 'tombstone'
      from asked a join public.links l on l.workspace_id = ${workspaceId} and l.connection_id = a.connection_id
        and l.kind = ${kind} and l.external_id = a.name
      union all
      select a.connection_id, a.name, l.record_id, 0, l.state <> 'tombstone'
      from asked a join public.link_aliases f on f.workspace_id = ${workspaceId} and f.connection_id = a.connection_id
        and f.kind = ${kind} and f.old_external_id = a.name
      join public.links l on l.workspace_id = f.workspace_id and l.id = f.link_id
    )
    select f.*, (
      select jsonb_agg(jsonb_build_object('connection_id', t.connection_id, 'id', t.external_id,
        'key', case when ${isNamedByKey(tx, tx`t`)} then t.external_key end, 'is_living', t.state <> 'tombstone'))
      from public.links t where t.workspace_id = ${workspaceId} and t.record_id = f.record_id) as links
    from found f`;
  return targetsOf(rows);
}

/** What a name means: what lives before what has ended, then a key, an id, a former id. Of several, none. */
function targetsOf(rows: readonly FoundRow[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  const byName = Map.groupBy(rows, (row) => fullName(row.connection_id, row.name));
  for (const [name, found] of byName) {
    const best = Math.max(...found.map(weigh));
    const [first, ...others] = found.filter((row) => weigh(row) === best);
    if (!first || others.some((other) => other.record_id !== first.record_id)) continue;
    const target = toTarget(first);
    targets.set(name, target);
    // What is read back of what is said to a service is known by the name it has there.
    for (const { connection_id: at, id, key } of first.links) {
      for (const own of [key, id]) {
        const known = own === null || byName.has(fullName(at, own));
        if (!known) targets.set(fullName(at, own), target);
      }
    }
  }
  return targets;
}

const weigh = ({ is_living, by }: FoundRow): number => (is_living ? 3 : 0) + by;

const toTarget = ({ record_id: id, links }: FoundRow): Target => ({
  id,
  names: Object.fromEntries(
    links.map((link) => [
      link.connection_id,
      { name: link.key ?? link.id, isLiving: link.is_living },
    ]),
  ),
});

/** Whose plain names record `r` holds: those of the connection it came from. */
export const homeOf = (tx: Tx) => tx`
  coalesce(r.home_connection_id, (
    select o.connection_id from public.links o
    where o.workspace_id = r.workspace_id and o.record_id = r.id order by o.id limit 1))`;

/** What the link cannot say yet; the record it would name brings it back by living there. */
export async function noteUnsaid(
  tx: Tx,
  link: { workspace_id: string; id: string },
  name: string | null,
): Promise<void> {
  await tx`
    update public.links set unsaid_name = ${name}
    where workspace_id = ${link.workspace_id} and id = ${link.id}`;
}

/**
 * The record lives at one more service: whoever could not name it there can. A link that somebody else
 * holds is not waited for; it is looked at again by itself.
 */
export async function wakeReferrers(tx: Tx, workspaceId: string, recordId: string): Promise<void> {
  await tx`
    update public.links c set next_attempt_at = least(c.next_attempt_at, now())
    where c.workspace_id = ${workspaceId} and c.id = any (array(
      select w.id from public.links o
      join public.links t on t.workspace_id = o.workspace_id and t.record_id = o.record_id
      cross join lateral (values (t.external_id), (t.external_key)) n(name)
      join public.links w on w.workspace_id = o.workspace_id and w.connection_id = o.connection_id
        and w.unsaid_name = n.name || '@' || t.connection_id
      where o.workspace_id = ${workspaceId} and o.record_id = ${recordId} and o.state <> 'tombstone'
      for update of w skip locked))`;
}

/** A record whose plain names are another home's from now on: it names the same as before. */
export async function restate<R extends { id: string; kind: Kind; data: JsonObject }>(
  tx: Tx,
  workspaceId: string,
  record: R,
  { from, home }: { from: string | null; home: string | null },
): Promise<R> {
  if (from === null || home === null || from === home) return record;
  const { id: recordId, kind, data } = record;
  const named = referencesOf(kind).flatMap((field) => {
    const name = namedBy(data[field], from);
    return name ? [{ field, name }] : [];
  });
  const names = named.map(({ name }) => name);
  const targets = await selectTargets(tx, { workspaceId, kind }, names);
  const stated = named.map(({ field, name: { connectionId: at, name } }) => [
    field,
    new References({ home, at, recordId, targets }).toHere(name),
  ]);
  return { ...record, data: { ...data, ...Object.fromEntries(stated) } };
}
