import {
  type Account,
  type ConnectorContext,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { badAnswer } from './errors.ts';
import { userAnswerSchema } from './schema.ts';

const nameChars = 200;

/**
 * Who the credential belongs to. It is the one call that Redmine refuses without a login even where
 * everything else is public.
 * https://www.redmine.org/projects/redmine/wiki/Rest_Users
 */
async function readUser(ctx: ConnectorContext) {
  const answer = await ctx.http.send({ method: 'GET', path: '/users/current.json' });
  const read = userAnswerSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('it names no account');
  return { user: read.data.user, clockOffsetMs: answer.clockOffsetMs };
}

/** The place is a part of the id: the first user of every Redmine is number 1. */
export async function readAccount(ctx: ConnectorContext): Promise<Account> {
  const { user } = await readUser(ctx);
  const base = webBaseOf(ctx);
  const place = base === null ? 'redmine' : base.replace(/^https?:\/\//, '');
  const name = [user.firstname, user.lastname].filter(Boolean).join(' ') || user.login;
  return toStorableJson({
    id: `${place}/users/${user.id}`,
    name: `${name || `User ${user.id}`} at ${place}`.slice(0, nameChars),
    url: base === null ? null : `${base}/users/${user.id}`,
  });
}

/**
 * An unknown key is answered like somebody who is not logged in, with all that is public. So whoever
 * concludes something from what is missing asks this first.
 */
export async function assertKnown(
  ctx: ConnectorContext,
): Promise<{ clockOffsetMs: number | null }> {
  const { clockOffsetMs } = await readUser(ctx);
  return { clockOffsetMs };
}

/** Where its pages are: the API lies beside them. */
export function webBaseOf(ctx: ConnectorContext): string | null {
  const base = ctx.place?.apiBaseUrl.replace(/\/+$/, '') ?? '';
  return /^https?:\/\//.test(base) ? base : null;
}
