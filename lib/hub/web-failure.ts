import { HubError, isHubError } from '#lib/core/index';
import { isUnavailable, pgErrorCode } from '#lib/db/index';
import { identityError } from '#lib/identity/index';
import { captureError, counter, type Logger } from '#lib/observability/index';

const insufficientPrivilege = '42501';
/** Deadlock and serialization failure: the same request may succeed when it is sent again. */
const collisions = new Set(['40P01', '40001']);
const retryMs = 2_000;

/** Any error as one that may be answered; what nobody expected is captured on the way. */
export function failureReader(log: Logger) {
  const surprises = counter(
    'patchbay_api_row_security_refusals_total',
    'Writes that row security refused after the route had allowed them: a check is missing.',
  );
  return (error: unknown, requestId: string, route: string): HubError => {
    if (isHubError(error)) return error;
    const known = identityError(error);
    if (known) return known;
    const code = pgErrorCode(error);
    if (isUnavailable(error) || collisions.has(code ?? '')) {
      return new HubError('internal.unavailable', 'The database cannot do this now. Try again.', {
        retry: 'after',
        afterMs: retryMs,
        cause: error,
      });
    }
    if (code === insufficientPrivilege) {
      surprises.inc();
      log.error('row security refused what the route allowed', {
        request_id: requestId,
        route,
        err: error,
      });
      return new HubError('identity.forbidden', undefined, { cause: error });
    }
    captureError(log.child({ request_id: requestId, route }), error, 'a request failed');
    return new HubError('internal.unexpected', undefined, { cause: error });
  };
}
