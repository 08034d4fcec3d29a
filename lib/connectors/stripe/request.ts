import type { ConnectorContext, HttpAnswer, HttpRequest } from '#lib/connectors/protocol/index';
import { badAnswer } from './errors.ts';
import { stripeVersion } from './manifest.ts';
import { listSchema } from './schema.ts';

/** Every call names the version, so that an account's own default changes nothing here. */
export const ask = (ctx: ConnectorContext, request: HttpRequest): Promise<HttpAnswer> =>
  ctx.http.send({
    ...request,
    headers: { 'stripe-version': stripeVersion, ...request.headers },
  });

/** `types[0]=a&types[1]=b`, as Stripe writes a list. */
export const numbered = (name: string, values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value, index) => [`${name}[${index}]`, value]));

export interface ListPage {
  answer: HttpAnswer;
  items: unknown[];
  hasMore: boolean;
}

export async function list(
  ctx: ConnectorContext,
  path: string,
  query: HttpRequest['query'],
): Promise<ListPage> {
  const answer = await ask(ctx, { method: 'GET', path, query: { limit: 100, ...query } });
  const read = listSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the list is no list');
  return { answer, items: read.data.data, hasMore: read.data.has_more };
}
