import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConnectorContext, HttpAnswer } from '#lib/connectors/protocol/index';
import { HubError, type Json } from '#lib/core/index';
import type { Definition } from './definition.ts';
import { badAnswer } from './errors.ts';
import { atPath } from './json-path.ts';

/** Where a walk stands. A link's query is kept and its address is not. */
export const markSchema = z.object({
  query: z.record(z.string().max(100), z.string().max(2_000)),
  /** Objects before this page, for offsets; pages before it, for page numbers. */
  n: z.number().int().min(0),
  /** What was on the page before, and how often in a row it was that already. */
  before: z
    .object({ hash: z.string().max(100), times: z.number().int().min(1) })
    .nullable()
    .default(null),
});
export type Mark = z.infer<typeof markSchema>;
type Place = Omit<Mark, 'before'>;

export interface Page {
  items: Json[];
  next: Mark | null;
  /** The service's clock when it answered, as far as it says. */
  atMs: number;
}

/** Objects of one answer; the worker holds them all at once. */
const largestPage = 20_000;
/** A walk over more pages or objects goes round in a circle. */
const longestWalk = 10_000_000;

export async function readPage(
  ctx: ConnectorContext,
  definition: Definition,
  mark: Mark | null,
  sinceMs: number | null,
): Promise<Page> {
  const { query, since, paging } = definition;
  const answer = await ctx.http.send({
    method: 'GET',
    path: definition.path,
    query: {
      ...query,
      ...(since && sinceMs !== null ? { [since.parameter]: momentFor(since.format, sinceMs) } : {}),
      ...firstQuery(paging),
      ...mark?.query,
    },
  });
  const items = atPath(answer.json as Json, definition.items);
  if (!Array.isArray(items)) {
    throw badAnswer(`there is no list ${definition.items === '' ? '' : `at ${definition.items}`}`);
  }
  if (items.length > largestPage) {
    throw new HubError(
      'provider.answer_too_large',
      `The service sent ${items.length} objects at once; at most ${largestPage} are read.`,
    );
  }
  const next = nextMark(paging, answer, items.length, mark);
  return {
    items,
    next: next && next.n < longestWalk ? turned(next, mark, items) : null,
    atMs: Date.now() + (answer.clockOffsetMs ?? 0),
  };
}

/** Once or twice the same page may come of objects that were added before it; no more often. */
const samePages = 3;

/** A service that does not turn its pages gives the same one again and again. */
function turned(next: Place, mark: Mark | null, items: Json[]): Mark {
  const hash = createHash('sha256').update(JSON.stringify(items)).digest('base64url');
  const isSamePlace = JSON.stringify(next.query) === JSON.stringify(mark?.query);
  // Some services find nothing on a page and something on a later one.
  const isSame = hash === mark?.before?.hash && (items.length > 0 || isSamePlace);
  const times = isSame ? (mark?.before?.times ?? 0) + 1 : 1;
  if (times > samePages) throw badAnswer('its pages turn in circles');
  return { ...next, before: { hash, times } };
}

const momentFor = (format: 'iso' | 'epoch_s', ms: number): string =>
  format === 'iso' ? new Date(ms).toISOString() : String(Math.floor(ms / 1_000));

function firstQuery(paging: Definition['paging']): Record<string, string> {
  if (paging.style !== 'page' && paging.style !== 'offset') return {};
  const start = paging.style === 'page' ? paging.first : 0;
  return {
    [paging.parameter]: String(start),
    ...(paging.size_parameter === null ? {} : { [paging.size_parameter]: String(paging.size) }),
  };
}

function nextMark(
  paging: Definition['paging'],
  answer: HttpAnswer,
  found: number,
  mark: Mark | null,
): Place | null {
  const n = mark?.n ?? 0;
  switch (paging.style) {
    case 'none':
      return null;
    case 'page':
      if (found < paging.size) return null;
      return { query: { [paging.parameter]: String(paging.first + n + 1) }, n: n + 1 };
    case 'offset':
      if (found < paging.size) return null;
      return { query: { [paging.parameter]: String(n + found) }, n: n + found };
    case 'cursor': {
      const next = atPath(answer.json as Json, paging.next);
      const isOne = (typeof next === 'string' && next !== '') || typeof next === 'number';
      return isOne ? { query: { [paging.parameter]: String(next) }, n: n + 1 } : null;
    }
    case 'link':
      return linkMark(answer.headers.get('link'), n);
  }
}

/** RFC 8288. Only the query of the next page is taken: the path is the definition's. */
function linkMark(header: string | null, n: number): Place | null {
  const next = /<([^<>]{1,4000})>[^,<]*;\s*rel="?next"?/.exec(header ?? '')?.[1];
  if (next === undefined || !URL.canParse(next, 'https://relative.invalid')) return null;
  const { searchParams } = new URL(next, 'https://relative.invalid');
  return { query: Object.fromEntries(searchParams), n: n + 1 };
}
