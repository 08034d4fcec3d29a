import { isReference } from '#lib/kinds/index';
import { isRefused, type Place, placeRefs, type Standing, sameIn } from './explain-standing.ts';
import type { ValueFacts } from './lineage-store.ts';
import type { LineageStep } from './schema.ts';

/** What a service is still to be told of a field, or did with what it was told. Pure. */
export function owedStep(
  field: string,
  facts: ValueFacts,
  place: Place,
  standing: Standing,
): LineageStep[] {
  const { connection, push, error } = place;
  const step = (text: string, more: Partial<LineageStep> = {}): LineageStep[] => [
    { code: 'owed', text, at: null, refs: placeRefs(place), ...more },
  ];
  if (place.held.includes(field)) {
    return step(`It is not sent to ${connection} before somebody has decided.`);
  }
  const isUnsaid = place.unsaid_name !== null && isReference(facts.kind, field);
  if (isUnsaid && place.state !== 'tombstone') {
    return step(
      `${connection} is not told yet: “${place.unsaid_name}” does not live there. It is told as soon as that does.`,
    );
  }
  const told = { ...placeRefs(place), ...(push ? { push_id: push.id } : {}) };
  const isTelling = push?.outcome === null || push?.outcome === 'unknown';
  switch (place.state) {
    case 'dirty':
      return place.isWritable && (standing === 'other' || standing === 'unshown')
        ? step(`${connection} is still to be told${pauseOf(place)}.`, { at: place.dirty_at })
        : [];
    case 'pushing':
      return isTelling ? step(`${connection} is being told.`, { at: push.at, refs: told }) : [];
    case 'unknown':
      return isTelling
        ? step(`Whether ${connection} took the edit is not known; it is being looked up.`, {
            at: push.at,
            refs: told,
          })
        : [];
    case 'refused':
      return isRefused(field, place)
        ? step(`${connection} did not take an edit of it: ${error?.message ?? 'without a reason'}`)
        : [];
    case 'inaccessible':
      return step(
        `Its object at ${connection} is out of reach${error ? `: ${error.message}` : '.'}`,
      );
    case 'synced':
    case 'conflict':
      return acceptedStep(field, facts, place);
    case 'tombstone':
      return [];
  }
}

const pauseOf = ({ paused_flow: flow }: Place): string =>
  flow === null ? '' : `, once the flow “${flow}” is resumed`;

/** Only of the value there is: an older edit may have been accepted, and overtaken. */
function acceptedStep(field: string, { kind, value }: ValueFacts, place: Place): LineageStep[] {
  const { connection, push } = place;
  const isIt =
    push?.outcome === 'accepted' &&
    !push.ignored.includes(field) &&
    sameIn(kind, field)(push.value, value);
  if (!isIt) return [];
  const text =
    push.echoed_at === null
      ? `${connection} accepted it.`
      : `${connection} accepted it, and it has come back from there.`;
  const refs = { ...placeRefs(place), push_id: push.id };
  return [{ code: 'owed', text, at: push.echoed_at ?? push.at, refs }];
}
