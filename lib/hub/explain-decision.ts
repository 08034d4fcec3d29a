import type { DecisionFacts, SettingChange } from './lineage-store.ts';
import type { LineageStep } from './schema.ts';

/** What was decided before the value was set has been overtaken. */
export const isSince = (decision: DecisionFacts, change: SettingChange | null): boolean =>
  decision.status === 'open' ||
  change === null ||
  Date.parse(decision.resolved_at ?? decision.created_at) >= Date.parse(change.at) - decidedMs;

/** A decision and its change are one transaction, whose times need not be the same. */
const decidedMs = 1_000;

/** A conflict about the field, and how it ended. Pure. */
export function decisionStep(decision: DecisionFacts): LineageStep {
  const cause = causeOf(decision);
  const ends = {
    open: `${cause}, and nobody has decided yet.`,
    automatic: `${cause}; ${ruleText(decision.policy)}.`,
    resolved: `${cause}; ${settledText(decision)}.`,
  };
  return {
    code: 'conflict',
    text: ends[decision.status],
    at: decision.resolved_at ?? decision.created_at,
    refs: { conflict_id: decision.id, connection_id: decision.connection_id },
  };
}

/** A rule of its own says little of how the two came apart: it may have been by other rules. */
function causeOf({ policy, status, connection }: DecisionFacts): string {
  switch (policy) {
    case 'refused':
      return `${connection} did not take an edit of it, which was kept here`;
    case 'oscillation':
      return 'It was changed back and forth again and again, so it was stopped here';
    case 'delete_wins':
      return `The object at ${connection} was deleted before an edit of it made here was sent`;
    case 'joined':
      return `When two records were made one, ${connection} had another value`;
    case 'latest_wins': {
      const isTold = status === 'automatic';
      const rest = isTold ? '' : ', and which was the later one could not be told';
      return `It was not the same here and at ${connection}${rest}`;
    }
    default:
      return `It was not the same here and at ${connection}`;
  }
}

const whoseStands: Record<string, string> = {
  local_wins: 'ours stands',
  remote_wins: 'theirs stands',
  latest_wins: 'the later one stands',
};

function ruleText(policy: string): string {
  if (policy === 'delete_wins') return 'so it never was';
  const stands = whoseStands[policy];
  return stands === undefined
    ? 'a rule of this field decided'
    : `by the rule of this field ${stands}`;
}

/** With nobody's choice it is over because both came to the same, or one of them ended. */
function settledText({ choice, resolved_by: by }: DecisionFacts): string {
  if (by !== null) return `${by} decided`;
  return choice === null ? 'that has settled itself' : 'somebody decided';
}
