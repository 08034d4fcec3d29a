import type postgres from 'postgres';
import type { RecordRow } from '#lib/records/schema';
import { type FlowCase, flowRepo, linearIssues } from './flow-case.ts';
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

/** What somebody has set where, as the record says it. */
export type Edit = Readonly<Record<string, string>>;

const closings = [
  { edit: { state: 'open' }, body: { state: 'open' } },
  { edit: { state: 'done' }, body: { state: 'closed', state_reason: 'completed' } },
] as const;

/** Somebody edits at GitHub. */
export async function editLeft(world: FlowCase, pair: Pair, nth: number): Promise<Edit> {
  const title = `Left ${nth} of ${pair.number}`;
  const closing = nth % 4 === 3 ? closings[(nth >> 2) % 2] : undefined;
  const path = `/repos/${flowRepo}/issues/${pair.number}`;
  const { status } = await world.sandbox.act({
    as: owner,
    method: 'PATCH',
    path,
    body: closing?.body ?? { title },
  });
  if (status !== 200) throw new Error(`GitHub answered ${status}`);
  return closing?.edit ?? { title };
}

/** Somebody edits at Linear. */
export async function editRight(world: FlowCase, pair: Pair, nth: number): Promise<Edit> {
  const text = `Right ${nth} of ${pair.number}`;
  const answer = await world.linear.call<{ errors?: unknown }>('POST', '/act', {
    as: 'tobias',
    query:
      'mutation ($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }',
    variables: {
      id: pair.linearId,
      input: nth % 2 === 0 ? { title: text } : { description: text },
    },
  });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return nth % 2 === 0 ? { title: text } : { body: text };
}

/** A member edits in the hub; null where somebody else was faster. */
export async function editHere(world: FlowCase, pair: Pair, nth: number): Promise<Edit | null> {
  const record: RecordRow = await world.person.record(pair.recordId);
  const data = nth % 2 === 0 ? { title: `Here ${nth}` } : { body: `Written in the hub, ${nth}.` };
  const { status } = await world.person.call('PATCH', `/records/${pair.recordId}`, {
    mutation_id: crypto.randomUUID(),
    version: record.version,
    data,
  });
  if (status !== 200 && status !== 409) throw new Error(`The hub answered ${status}`);
  return status === 200 ? (data as Edit) : null;
}

/**
 * Values a service is said to have come up with that nobody has set there: what the hub itself had
 * written there, taken for news.
 */
export async function echoes(
  sql: postgres.Sql,
  connectionId: string,
  edits: readonly Edit[],
  since: number,
): Promise<string[]> {
  const rows = await sql<{ field: string; value: string | null }[]>`
    select d.key as field, d.value ->> 1 as value from public.change_log c, jsonb_each(c.diff) d
    where c.origin = 'connection' and c.op = 'update' and c.connection_id = ${connectionId}
      and c.id > ${since} and d.key in ('title', 'body', 'state')`;
  const isSet = (field: string, value: string | null): boolean =>
    edits.some((edit) => edit[field] === value);
  return rows.flatMap(({ field, value }) =>
    isSet(field, value) ? [] : [`${field}: ${value ?? 'nothing'}`],
  );
}

const text = (value: string | null): string => (value ?? '').replace(/\r\n?/g, '\n').trimEnd();

/** Pairs whose sides tell different things although nothing waits for a person. */
export async function unequal(sql: postgres.Sql, world: FlowCase): Promise<string[]> {
  const pairs = await pairsIn(sql, world);
  const issues = new Map((await world.sandbox.issues(flowRepo)).map((row) => [row.number, row]));
  const others = new Map((await linearIssues(world)).map((row) => [row.id, row]));
  const held = await sql<{ recordId: string; field: string }[]>`
    select distinct l.record_id as "recordId", unnest(l.held) as field from public.links l`;
  const isHeld = (pair: Pair, field: string): boolean =>
    held.some((row) => row.recordId === pair.recordId && row.field === field);
  return pairs.flatMap((pair) => {
    const left = issues.get(pair.number);
    const right = others.get(pair.linearId);
    if (!left || !right) return [`#${pair.number} is missing at one side`];
    const isClosedThere = ['completed', 'canceled', 'duplicate'].includes(right.stateType);
    const sides: [string, string, string][] = [
      ['title', left.title, right.title],
      ['body', text(left.body), text(right.description)],
      ['state', String(left.state === 'closed'), String(isClosedThere)],
    ];
    return sides.flatMap(([field, one, other]) =>
      one === other || isHeld(pair, field)
        ? []
        : [`#${pair.number} ${field}: "${one.slice(0, 80)}" and "${other.slice(0, 80)}"`],
    );
  });
}
