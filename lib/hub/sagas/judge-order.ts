import { HubError } from '#lib/core/index';
import type { StepResult } from '#lib/sagas/index';
import type { OrderedObject } from './creation-store.ts';

/** How often whoever makes objects is looked at; less often the longer it takes. */
const lookMs = 300;
const lookAtMostMs = 15_000;
const lookShare = 1 / 20;
/** What a person has to put right at the service is looked for again this often. */
const parkedMs = 60_000;
/** A service that is away for so long is given up, as long as it was not asked yet. */
const owedAtMostMs = 10 * 60_000;
/**
 * What a saga makes of an object it has ordered: it goes on, waits, or gives up with the reason. A
 * refusal is the service's last word on it. Pure.
 */
export function judgeOrder(
  ordered: Pick<
    OrderedObject,
    'state' | 'error' | 'external_key' | 'age_ms' | 'is_parked' | 'link_id'
  >,
  { provider, is_closed: isClosed }: { provider: string; is_closed: boolean },
): StepResult {
  const { state, error, external_key: key, age_ms: ageMs } = ordered;
  const waitMs = Math.round(Math.min(lookAtMostMs, Math.max(lookMs, ageMs * lookShare)));
  switch (state) {
    case 'done':
      return {
        output: { link_id: ordered.link_id },
        note: `Made at ${provider}${key === null ? '' : ` as ${key}`}.`,
      };
    case 'refused':
      throw new HubError('provider.refused', error?.message ?? `${provider} refused it.`);
    case 'cancelled':
      throw new HubError('resource.conflict', `It was cancelled before ${provider} was asked.`);
    case 'unknown':
      return ordered.is_parked && error
        ? { waitMs: parkedMs, note: error.message }
        : { waitMs, note: `${provider} gave no answer; it is looked for there.` };
    case 'sending':
      return { waitMs, note: `${provider} is asked.` };
    case 'owed': {
      const closed = `The connection to ${provider} is not active, or its stream is paused.`;
      const why = isClosed ? closed : error?.message;
      if (ageMs > owedAtMostMs) {
        throw new HubError('provider.unavailable', why ?? 'It did not come to it in time.');
      }
      return { waitMs, note: why ?? `${provider} is asked next.` };
    }
  }
}
