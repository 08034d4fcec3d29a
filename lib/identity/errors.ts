import { HubError } from '#lib/core/index';
import { pgErrorCode } from '#lib/db/index';

/** SQLSTATE of the trigger that keeps an owner (migration identity_create). */
const lastOwner = 'PB001';

/** What this room's triggers refused, in its words; null for every other error. */
export function identityError(error: unknown): HubError | null {
  if (pgErrorCode(error) !== lastOwner) return null;
  return new HubError('identity.last_owner', undefined, { cause: error });
}
