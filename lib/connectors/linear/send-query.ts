import type { ConnectorContext, HttpAnswer } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';

export interface QueryAnswer {
  data: Record<string, unknown>;
  /** The service's own clock, in milliseconds; null when it does not say. */
  dateMs: number | null;
}

/** Reads: may be sent again without a second effect. */
export const sendQuery = (
  ctx: ConnectorContext,
  query: string,
  variables: JsonObject = {},
): Promise<QueryAnswer> => send(ctx, query, variables, true);

/** Writes: sent again only by whoever knows that the first one did nothing. */
export const sendMutation = (
  ctx: ConnectorContext,
  query: string,
  variables: JsonObject,
  isIdempotent = false,
): Promise<QueryAnswer> => send(ctx, query, variables, isIdempotent);

async function send(
  ctx: ConnectorContext,
  query: string,
  variables: JsonObject,
  isIdempotent: boolean,
): Promise<QueryAnswer> {
  const json = { query, variables };
  const answer = await ctx.http.send({ method: 'POST', path: '/graphql', json, isIdempotent });
  return { data: dataOf(answer), dateMs: dateOf(answer) };
}

function dataOf({ json }: HttpAnswer): Record<string, unknown> {
  const data = typeof json === 'object' && json !== null && 'data' in json ? json.data : null;
  if (typeof data !== 'object' || data === null) throw badAnswer('it carries no data');
  return data as Record<string, unknown>;
}

function dateOf({ headers }: HttpAnswer): number | null {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? null : date;
}
