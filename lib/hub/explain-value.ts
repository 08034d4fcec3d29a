import { decisionStep, isSince } from './explain-decision.ts';
import { placeSteps } from './explain-place.ts';
import { settingStep } from './explain-setting.ts';
import type { Place } from './explain-standing.ts';
import type { DecisionFacts, ValueFacts } from './lineage-store.ts';
import type { LineageStep } from './schema.ts';

export type { Place } from './explain-standing.ts';

/**
 * Why a field has the value it has, in the order one would ask: who set it, what was decided on the
 * way, how it is mapped, who has it, who is still to be told. Everything is in the record's terms;
 * only what a service has is in its own. Pure.
 */
export function explainValue(
  field: string,
  facts: ValueFacts,
  decisions: readonly DecisionFacts[],
  places: readonly Place[],
): LineageStep[] {
  const told = places.map((place) => placeSteps(field, facts, place));
  return [
    settingStep(field, facts.change),
    ...decisions.filter((one) => isSince(one, facts.change)).map(decisionStep),
    ...told.flatMap(({ rule }) => rule),
    ...told.flatMap(({ service }) => service),
    ...told.flatMap(({ owed }) => owed),
  ];
}
