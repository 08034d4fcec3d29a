import {
  type Account,
  type ConnectorContext,
  type HttpAnswer,
  type ScopeOption,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { isHubError } from '#lib/core/index';
import { accountScope, readResource } from './account-scope.ts';
import { badAnswer } from './errors.ts';
import { ask } from './request.ts';
import { accountSchema } from './schema.ts';

/** https://docs.stripe.com/api/accounts/retrieve without an id: the account of the key. */
export async function readAccount(ctx: ConnectorContext): Promise<Account> {
  let answer: HttpAnswer;
  try {
    answer = await ask(ctx, { method: 'GET', path: '/v1/account' });
  } catch (error) {
    const id = namedInRefusal(error);
    if (id === null) throw error;
    return { id, name: id, url: null };
  }
  const read = accountSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('it names no account');
  const { id, email, business_profile: business, settings } = read.data;
  const name = settings?.dashboard?.display_name || business?.name || email || id;
  return { id, name: toStorableJson(name).slice(0, 200), url: null };
}

/**
 * A restricted key may not read its account without a permission about people's papers that nobody
 * should have to grant; Stripe's refusal names the account all the same.
 * https://github.com/stripe/stripe-node/issues/2246
 */
function namedInRefusal(error: unknown): string | null {
  if (!isHubError(error) || error.code !== 'provider.forbidden') return null;
  return /\bacct_\w{1,190}/.exec(error.message)?.[0] ?? null;
}

/** Asks for one object, so that a key that may not read them says so before a stream is made. */
export async function listScopes(
  ctx: ConnectorContext,
  resourceName: string,
): Promise<ScopeOption[]> {
  const resource = readResource(resourceName);
  const path = resource === 'payments' ? '/v1/payment_intents' : '/v1/customers';
  await ask(ctx, { method: 'GET', path, query: { limit: 1 } });
  return [
    {
      ...accountScope,
      title: resource === 'payments' ? 'All payments' : 'All customers',
      detail: 'of the account this key belongs to',
      canWrite: true,
      canHook: true,
      estimate: null,
    },
  ];
}
