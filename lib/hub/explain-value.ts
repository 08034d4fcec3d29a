import type { Json } from '#lib/core/index';
import { fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';
import type { FieldRule } from '#lib/sync/schema';
import type { DecisionFacts, PlaceFacts, SettingChange, ValueFacts } from './lineage-store.ts';
import type { LineageRefs, LineageStep } from './schema.ts';

/**
 * Why a field has the value it has, in the order one would ask: who set it, what was decided on the
 * way, how it is mapped, who has it, who is still owed it. Pure.
 */
export function explainValue(
  field: string,
  facts: ValueFacts,
  decisions: readonly DecisionFacts[],
  places: readonly PlaceFacts[],
): LineageStep[] {
  return [
    settingStep(field, facts.change),
    ...decisions.filter((one) => isSince(one, facts.change)).map(decisionStep),
    ...places.flatMap((place) => ruleSteps(field, place)),
    ...places.flatMap((place) => serviceStep(field, facts, place)),
    ...places.flatMap((place) => owedStep(field, place)),
  ];
}

function settingStep(field: string, change: SettingChange | null): LineageStep {
  if (!change) {
    const text = `“${field}” has had this value since before the log that is kept begins.`;
    return { code: 'before_log', text, at: null, refs: {} };
  }
  const { at } = change;
  const refs = refsOf(change);
  if (change.op === 'create') {
    const by = change.origin === 'connection' ? ` ${arrival(change)}` : ` by ${personOf(change)}`;
    return { code: 'made', text: `It has been so since the record was made,${by}.`, at, refs };
  }
  return { code: 'set', text: settingText(change), at, refs };
}

function settingText(change: SettingChange): string {
  if (change.origin === 'hub') {
    return `Patchbay took an edit back because ${change.connection ?? 'the service'} refused it.`;
  }
  if (change.origin === 'connection') return `It came ${arrival(change)}.`;
  if (change.undo_id !== null) return `${personOf(change)} took back all that a run did.`;
  if (change.undoes !== null) return `${personOf(change)} took back an earlier change.`;
  return `${personOf(change)} set it here.`;
}

const personOf = ({ actor }: SettingChange): string => actor ?? 'Somebody';

const runNames = { backfill: 'the first reading', poll: 'a poll', reconcile: 'a sweep' } as const;

function arrival(change: SettingChange): string {
  const from = `from ${change.connection ?? 'a service that is not connected any more'}`;
  if (change.inbox_event !== null) return `${from}, by the webhook “${change.inbox_event}”`;
  if (change.run_kind !== null) return `${from}, in ${runNames[change.run_kind]}`;
  return `${from}, read after an edit or a hint`;
}

function refsOf(change: SettingChange): LineageRefs {
  return present({
    position: change.position,
    connection_id: change.connection_id,
    inbox_event_id: change.inbox_event_id,
    inbox_status: change.inbox_status,
    run_id: change.undo_id === null ? change.run_id : null,
    undo_id: change.undo_id,
  });
}

const present = (refs: { [K in keyof LineageRefs]: LineageRefs[K] | null }): LineageRefs =>
  Object.fromEntries(Object.entries(refs).filter(([, value]) => value !== null)) as LineageRefs;

/** What was decided before the value was set has been overtaken. */
const isSince = (decision: DecisionFacts, change: SettingChange | null): boolean =>
  decision.status === 'open' ||
  change === null ||
  Date.parse(decision.resolved_at ?? decision.created_at) >= Date.parse(change.at) - decidedMs;

/** A decision and its change are one transaction, whose times need not be the same. */
const decidedMs = 1_000;

function decisionStep(decision: DecisionFacts): LineageStep {
  const both = `Here and at ${decision.connection} it changed at the same time`;
  const ends = {
    open: `${both}, and nobody has decided yet.`,
    automatic: `${both}; it was decided by the rule “${decision.policy.replaceAll('_', ' ')}”.`,
    resolved: `${both}; ${decision.resolved_by ?? 'both sides came to agree, or somebody'} decided.`,
  };
  return {
    code: 'conflict',
    text: ends[decision.status],
    at: decision.resolved_at ?? decision.created_at,
    refs: { conflict_id: decision.id, connection_id: decision.connection_id },
  };
}

const ruleOf = (field: string, place: PlaceFacts): FieldRule | undefined =>
  place.rules.find((rule) => rule.field === field);

const directions = {
  both: null,
  in: 'is taken from there and never written there',
  out: 'is written there, and a change of it there is overwritten',
  none: 'does not travel between here and there',
} as const;
const transforms = {
  values: 'its values are translated',
  prefix: 'it begins with a text there',
  case: 'its case is changed on the way there',
  first: 'only the first item stands there',
  list: 'it is a list of one there',
} as const;

/** Nothing is said of a field that travels both ways as it is. */
function ruleSteps(field: string, place: PlaceFacts): LineageStep[] {
  const rule = ruleOf(field, place);
  if (!rule) return [];
  const says = [
    rule.side_field === field ? null : `stands there as “${rule.side_field}”`,
    directions[rule.direction],
    rule.transform ? transforms[rule.transform.type] : null,
    rule.policy ? `when both sides change it, “${rule.policy.replaceAll('_', ' ')}” holds` : null,
  ].filter((one) => one !== null);
  if (says.length === 0) return [];
  const text = `By the mapping of ${place.stream} it ${says.join('; ')}.`;
  return [{ code: 'rule', text, at: null, refs: placeRefs(place) }];
}

const placeRefs = (place: PlaceFacts): LineageRefs => ({
  connection_id: place.connection_id,
  stream_id: place.stream_id,
});

function serviceStep(field: string, facts: ValueFacts, place: PlaceFacts): LineageStep[] {
  const rule = ruleOf(field, place);
  const sideField = rule?.side_field ?? field;
  const refs = placeRefs(place);
  const say = (text: string, more: Partial<LineageStep> = {}): LineageStep[] => [
    { code: 'service', text, at: null, refs, ...more },
  ];
  if (place.state === 'tombstone') return say(`${place.connection} has deleted it.`);
  const unreadable = place.unreadable[sideField];
  if (unreadable) {
    return say(`${place.connection} has a value that cannot be held here: ${unreadable}`);
  }
  if (rule?.direction === 'none' || place.base === null) return [];
  const value = place.base[sideField] ?? null;
  if (rule?.transform) return say(`${place.connection} has it in its own form.`, { value });
  const isSame = isEqual(facts.kind, field, value, facts.value);
  const isOurForm =
    !isSame &&
    Object.hasOwn(place.ours, field) &&
    isEqual(facts.kind, field, place.ours[field] ?? null, facts.value);
  if (isSame) return say(`${place.connection} has the same.`);
  if (isOurForm) return say(`${place.connection} has it in a form of its own.`, { value });
  return say(`${place.connection} was last seen with another value.`, { value });
}

const isEqual = (kind: Kind, field: string, one: Json, other: Json): boolean =>
  fieldsEqual(fieldRule(kind, field).comparator, one, other);

function owedStep(field: string, place: PlaceFacts): LineageStep[] {
  const step = (text: string, more: Partial<LineageStep> = {}): LineageStep[] => [
    { code: 'owed', text, at: null, refs: placeRefs(place), ...more },
  ];
  const { connection } = place;
  if (place.held.includes(field)) {
    return step(`It is not sent to ${connection} before somebody has decided.`);
  }
  const sideField = ruleOf(field, place)?.side_field ?? field;
  const push = place.push?.fields.includes(sideField) ? place.push : null;
  const refs = push ? { ...placeRefs(place), push_id: push.id } : placeRefs(place);
  switch (place.state) {
    case 'dirty':
      return step(`${connection} is still owed an edit.`, { at: place.dirty_at, refs });
    case 'pushing':
      return step(`${connection} is being told.`, { at: place.dirty_at, refs });
    case 'unknown':
      return step(`Whether ${connection} took the edit is not known; it is being looked up.`, {
        at: place.dirty_at,
        refs,
      });
    case 'refused':
      return step(`${connection} refused an edit: ${place.error?.message ?? 'without a reason'}`, {
        refs,
      });
    case 'inaccessible':
      return step(`${connection} does not show it any more.`, { refs });
    case 'synced':
    case 'conflict':
    case 'tombstone':
      return push?.outcome === 'accepted'
        ? step(
            push.echoed_at === null
              ? `${connection} accepted it.`
              : `${connection} accepted it, and it has come back from there.`,
            { at: push.echoed_at ?? push.at, refs },
          )
        : [];
  }
}
