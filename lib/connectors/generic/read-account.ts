import type { Account, ConnectorContext } from '#lib/connectors/protocol/index';
import { badAnswer } from './errors.ts';

const nameChars = 200;

/**
 * Who the service says we are, at the path the person named. The host is a part of the id: the same
 * number at two services is not one account.
 */
export async function readAccount(ctx: ConnectorContext): Promise<Account> {
  const { apiBaseUrl = '', accountPath = '/' } = ctx.place ?? {};
  const answer = await ctx.http.send({ method: 'GET', path: accountPath });
  if (typeof answer.json !== 'object' || answer.json === null) {
    throw badAnswer('nothing there says who we are');
  }
  const said = flat(answer.json);
  const { host } = new URL(apiBaseUrl);
  const id = first(said, ['id', 'uuid', 'user_id', 'login', 'username', 'email']);
  const name = first(said, ['name', 'full_name', 'display_name', 'login', 'username', 'email']);
  return {
    id: `${host}/${id ?? ''}`.slice(0, nameChars),
    name: (name === null ? host : `${name} at ${host}`).slice(0, nameChars),
    url: null,
  };
}

/** The object itself, or what stands inside its only wrapping (`data`, `user`, …). */
function flat(json: object): Record<string, unknown> {
  const values = Object.values(json) as unknown[];
  const [only] = values;
  const isWrapped =
    values.length === 1 && typeof only === 'object' && only !== null && !Array.isArray(only);
  return { ...(isWrapped ? only : json) } as Record<string, unknown>;
}

function first(said: Record<string, unknown>, names: readonly string[]): string | null {
  for (const name of names) {
    const value = said[name];
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) {
      return String(value);
    }
  }
  return null;
}
