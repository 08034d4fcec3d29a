import { HubError, type JsonObject } from '#lib/core/index';

/** A stream has the whole account as its scope; there is nothing smaller to choose. */
export const accountScope = { key: 'account', scope: { of: 'account' } satisfies JsonObject };

export type Resource = 'payments' | 'customers';

/** A stream of anything else is a mistake of ours. */
export function readResource(resource: string): Resource {
  if (resource === 'payments' || resource === 'customers') return resource;
  throw new HubError('request.invalid', 'Stripe is read for payments and customers only.');
}
