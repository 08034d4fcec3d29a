import type postgres from 'postgres';
import type { RecordRow } from '#lib/records/schema';
import { type FlowCase, flowRepo } from './flow-case.ts';
import { owner } from './person.ts';

/** Pseudo-random and repeatable: what is edited where is the same in every run of a seed. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One record with its place at both services. */
export interface Pair {
  recordId: string;
  number: number;
  linearId: string;
}

export function pairsIn(sql: postgres.Sql, { left, right }: FlowCase): Promise<Pair[]> {
  return sql<Pair[]>`
    select l.record_id as "recordId", l.external_key::int as number, r.external_id as "linearId"
    from public.links l join public.links r on r.record_id = l.record_id and r.stream_id = ${right.streamId}
    where l.stream_id = ${left.streamId} and l.state <> 'tombstone' and r.state <> 'tombstone'
    order by l.record_id`;
}

/** What somebody has set where, as the record says it; lists as text. */
export type Edit = Readonly<Record<string, string>>;

const closings = [
  { edit: { state: 'open' }, body: { state: 'open' } },
  { edit: { state: 'done' }, body: { state: 'closed', state_reason: 'completed' } },
] as const;
/** Some have a namesake at Linear, some have none. */
const labelsLeft = [['bug'], ['billing', 'needs triage'], []];
const peopleLeft = [['mara-lindqvist'], ['priya-raman', 'hana-mori'], []];
const labelsRight = [['Bug'], ['Billing', 'Feature'], []];
const peopleRight = ['tobias', 'jonas', null];
const labelsHere = [['bug', 'customer'], ['billing'], []];
const peopleHere = [['jonas-okafor'], ['tobias-renner'], []];

const turnOf = <T>(values: readonly T[], nth: number): T => {
  const value = values[nth % values.length];
  if (value === undefined) throw new Error('There is nothing to choose from');
  return value;
};
const told = (edit: Readonly<Record<string, unknown>>): Edit =>
  Object.fromEntries(
    Object.entries(edit).map(([field, value]) => [
      field,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

/** Somebody edits at GitHub. */
export async function editLeft(world: FlowCase, pair: Pair, nth: number): Promise<Edit> {
  const title = `Left ${nth} of ${pair.number}`;
  const round = nth >> 3;
  const closing = nth % 8 === 3 ? turnOf(closings, round) : undefined;
  const edit =
    nth % 8 === 5
      ? { labels: turnOf(labelsLeft, round) }
      : nth % 8 === 7
        ? { assignees: turnOf(peopleLeft, round) }
        : { title };
  const path = `/repos/${flowRepo}/issues/${pair.number}`;
  const { status } = await world.sandbox.act({
    as: owner,
    method: 'PATCH',
    path,
    body: closing?.body ?? edit,
  });
  if (status !== 200) throw new Error(`GitHub answered ${status}`);
  return closing?.edit ?? told(edit);
}

/** What Linear calls labels and people by: ids by name. */
export interface LinearIds {
  labels: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
}

export async function linearIds({ linear }: Pick<FlowCase, 'linear'>): Promise<LinearIds> {
  const { data } = await linear.call<{
    data: {
      issueLabels: { nodes: { id: string; name: string }[] };
      users: { nodes: { id: string; displayName: string }[] };
    };
  }>('POST', '/act', {
    as: 'tobias',
    query:
      '{ issueLabels(first: 200) { nodes { id name } } users(first: 50) { nodes { id displayName } } }',
  });
  return {
    labels: new Map(data.issueLabels.nodes.map(({ id, name }) => [name, id])),
    people: new Map(data.users.nodes.map(({ id, displayName }) => [displayName, id])),
  };
}

function inputRight(text: string, nth: number, ids: LinearIds): Record<string, unknown> {
  const round = nth >> 2;
  if (nth % 4 === 0) return { title: text };
  if (nth % 4 === 1) return { description: text };
  if (nth % 4 === 2) {
    return { labelIds: turnOf(labelsRight, round).flatMap((name) => ids.labels.get(name) ?? []) };
  }
  const person = turnOf(peopleRight, round);
  return { assigneeId: person === null ? null : (ids.people.get(person) ?? null) };
}

/** Somebody edits at Linear. */
export async function editRight(
  world: FlowCase,
  pair: Pair,
  nth: number,
  ids: LinearIds,
): Promise<Edit> {
  const input = inputRight(`Right ${nth} of ${pair.number}`, nth, ids);
  const answer = await world.linear.call<{ errors?: unknown }>('POST', '/act', {
    as: 'tobias',
    query:
      'mutation ($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }',
    variables: { id: pair.linearId, input },
  });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  const { description, ...rest } = input;
  return told(description === undefined ? rest : { body: description });
}

/** A member edits in the hub; null where somebody else was faster. */
export async function editHere(world: FlowCase, pair: Pair, nth: number): Promise<Edit | null> {
  const record: RecordRow = await world.person.record(pair.recordId);
  const round = nth >> 2;
  const data = [
    { title: `Here ${nth}` },
    { body: `Written in the hub, ${nth}.` },
    { labels: turnOf(labelsHere, round) },
    { assignees: turnOf(peopleHere, round) },
  ][nth % 4];
  const { status } = await world.person.call('PATCH', `/records/${pair.recordId}`, {
    mutation_id: crypto.randomUUID(),
    version: record.version,
    data,
  });
  if (status !== 200 && status !== 409) throw new Error(`The hub answered ${status}`);
  return status === 200 && data ? told(data) : null;
}
