import { type Kind, type TaskState, taskStates } from '#lib/kinds/index';
import { mappedValues, type Transform } from '#lib/sync/schema';
import { type ListedValue, type MatchedBy, matchValues } from './match-values.ts';

export interface SuggestedMap {
  transform: Transform | null;
  reason: string;
  gaps: string[];
}

/** What a state comes nearest to where a service does not know it. */
const nearest: Record<TaskState, readonly TaskState[]> = {
  open: ['in_progress'],
  in_progress: ['open'],
  done: ['cancelled'],
  cancelled: ['done'],
};

/** Values of a field whose few values the kind itself says. */
export const choicesOf = (kind: Kind, field: string): readonly TaskState[] | null =>
  kind === 'task' && field === 'state' ? taskStates : null;

/** A choice of the kind's at a service that takes fewer of them. */
export function suggestChoices(
  at: { name: string; field: string },
  choices: readonly TaskState[],
  accepted: readonly string[],
): SuggestedMap | null {
  const missing = choices.filter((value) => !accepted.includes(value));
  if (missing.length === 0) return null;
  // What both know comes first, so that it is what comes back.
  const same = choices.filter((value) => accepted.includes(value));
  const moved = missing.flatMap((here) => {
    const there = nearest[here].find((value) => accepted.includes(value));
    return there === undefined ? [] : [{ here, there }];
  });
  const lost = missing.filter((value) => !moved.some(({ here }) => here === value));
  const told = moved.map(({ here, there }) => `“${here}” becomes “${there}” there`);
  return {
    transform: {
      type: 'values',
      pairs: [...same.map((value) => ({ here: value, there: value })), ...moved],
      otherwise: lost.length === 0 ? 'keep' : 'skip',
    },
    reason: `${at.name} takes ${accepted.join(', ')}; ${told.join(', ') || 'the rest stays here'}, and stays what it is here until it is changed there.`,
    gaps: lost.map(
      (value) => `“${value}” has nothing like it at ${at.name} and is not sent there.`,
    ),
  };
}

/** The same for a field that holds one item where the others have lists: their first goes there. */
export function onlyFirst(name: string, map: SuggestedMap): SuggestedMap {
  const { transform, reason, gaps } = map;
  const told = `${name} holds one: the first of several goes there, the others stay here.`;
  return {
    transform: transform?.type === 'values' ? { ...transform, only: 'first' } : { type: 'first' },
    reason: `${reason} ${told}`,
    gaps,
  };
}

const byWords: Record<MatchedBy, string> = {
  address: 'by e-mail address',
  name: 'by name',
  likeness: 'because their names are alike',
};

/** Values two services list: the record speaks as the first one does. */
export function suggestListed(
  at: { name: string; first: string },
  here: readonly ListedValue[],
  there: readonly ListedValue[],
): SuggestedMap {
  const found = matchValues(here, there);
  const pairs = found.pairs.slice(0, mappedValues);
  const isSame =
    found.here.length + found.there.length === 0 && pairs.every((one) => one.here === one.there);
  if (isSame) {
    return { transform: null, reason: `${at.first} and ${at.name} use the same names.`, gaps: [] };
  }
  const counts = (['address', 'name', 'likeness'] as const).flatMap((by) => {
    const count = pairs.filter((pair) => pair.by === by).length;
    return count === 0 ? [] : [`${count} ${byWords[by]}`];
  });
  const guessed = pairs.filter(({ by }) => by === 'likeness');
  const doubtful = guessed.map((pair) => `“${pair.here}” and “${pair.there}”`);
  return {
    transform: {
      type: 'values',
      pairs: pairs.map(({ here: from, there: to }) => ({ here: from, there: to })),
      otherwise: 'skip',
    },
    reason:
      pairs.length === 0
        ? `None of ${at.first} was found at ${at.name}; what has no pair does not travel.`
        : `Matched ${counts.join(', ')}${doubtful.length > 0 ? ` (${listed(doubtful)}: look at these)` : ''}; what has no pair does not travel.`,
    gaps: [
      ...left(found.here, at.first, at.name),
      ...left(found.there, at.name, at.first),
      ...(found.pairs.length > pairs.length ? [`A map has ${mappedValues} pairs at most.`] : []),
    ],
  };
}

const left = (values: readonly string[], from: string, to: string): string[] =>
  values.length === 0 ? [] : [`Nothing at ${to} is ${listed(values)} of ${from}.`];

const named = 5;
const listed = (values: readonly string[]): string =>
  values.length > named
    ? `${values.slice(0, named).join(', ')} and ${values.length - named} more`
    : values.join(', ');
