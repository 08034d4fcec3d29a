import type { WebhookParser } from '#lib/connectors/protocol/index';
import type { ApplyOutcome } from './inbox-ports.ts';

/** Nobody can be asked whether it is true, so it changes nothing. */
export const unproven: ApplyOutcome = {
  kind: 'ignored',
  reason: 'Nothing proves who sent it, so it changes no record.',
};

/** What one event came to where several streams read it, each in its own way. */
export async function joinOutcomes(
  parsers: readonly WebhookParser[],
  act: (parser: WebhookParser) => Promise<ApplyOutcome>,
): Promise<ApplyOutcome> {
  const outcomes: ApplyOutcome[] = [];
  for (const parser of parsers) outcomes.push(await act(parser));
  const applied = outcomes.filter((outcome) => outcome.kind === 'applied');
  if (applied.length > 0) {
    return {
      kind: 'applied',
      summary: applied.map(({ summary }) => summary).join('; '),
      recordIds: applied.flatMap(({ recordIds }) => recordIds),
    };
  }
  const reasons = outcomes.flatMap((outcome) =>
    outcome.kind === 'ignored' ? [outcome.reason] : [],
  );
  return { kind: 'ignored', reason: reasons.join('; ') };
}
