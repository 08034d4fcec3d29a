import { HubError } from '#lib/core/index';
import type { Flow } from './schema.ts';

type Status = Flow['status'];

/**
 * Pure: the status of a flow after a change. A draft runs only by a plan that is enabled, because
 * what lives at both sides would otherwise be made twice; for the same reason a flow with a new side is
 * a draft again until a plan has looked at it: what is joined goes on, and nothing is made.
 */
export function nextStatus(
  present: Status,
  change: { asked: 'live' | 'paused' | undefined; hasNewSide: boolean },
): Status {
  const { asked, hasNewSide } = change;
  if (asked === undefined) return hasNewSide ? 'draft' : present;
  if (present !== 'draft' && !hasNewSide) return asked;
  const reason = hasNewSide
    ? 'A new side is looked at by a plan first: make one and enable it.'
    : asked === 'live'
      ? 'A draft goes live when a plan of it is enabled.'
      : 'A draft does not run, so there is nothing to pause.';
  throw new HubError('resource.conflict', reason, {
    details: { errors: [{ field: 'status', reason }] },
  });
}
