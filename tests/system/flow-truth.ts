import type postgres from 'postgres';
import { type FlowCase, flowRepo, linearIssues, type Pairs } from './flow-case.ts';
import { type Edit, type Pair, pairsIn } from './flow-edits.ts';

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

/** What there is a word for at Linear, in its words. */
const mapped = (values: readonly string[], pairs: Pairs): string[] =>
  pairs.flatMap(({ here, there }) => (values.includes(here) ? [there] : [])).toSorted();
const known = (values: readonly string[], pairs: Pairs): string[] =>
  pairs.flatMap(({ there }) => (values.includes(there) ? [there] : [])).toSorted();

const text = (value: string | null): string => (value ?? '').replace(/\r\n?/g, '\n').trimEnd();

/** Pairs whose sides tell different things although nothing waits for a person. */
export async function unequal(
  sql: postgres.Sql,
  world: FlowCase,
  names: Readonly<Record<'labels' | 'assignees', Pairs>>,
): Promise<string[]> {
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
    const people = mapped(left.assignees, names.assignees);
    const assignee = names.assignees.find(({ there }) => there === right.assignee)?.there ?? null;
    const sides: [string, string, string][] = [
      [
        'labels',
        mapped(left.labels, names.labels).join(),
        known(right.labels, names.labels).join(),
      ],
      // Linear holds one of them.
      [
        'assignees',
        assignee === null || people.includes(assignee) ? String(assignee) : people.join(),
        people.length === 0 ? 'null' : String(assignee),
      ],
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
