import type { Flow, FlowInput, FlowPatch, Suggestion } from '@/lib/flows/schema';
import type { Kind } from '@/lib/kinds/index';
import type { FieldRule } from '@/lib/sync/schema';
import { rulesOf } from './mapping';
import { isSame } from './same';

export interface DraftSide {
  streamId: string;
  creates: boolean;
  /** As somebody changed them; null while the suggestion stands. */
  rules: FieldRule[] | null;
}

/** What the editor holds. */
export interface FlowDraft {
  /** Empty: named after its sides. */
  name: string;
  sides: DraftSide[];
  matchFields: string[];
  onDifference: Flow['on_difference'];
}

/** By what two objects are the same, until somebody says otherwise: the line a kind is known by. */
const matchBy: Record<Kind, string> = {
  task: 'title',
  message: 'body',
  contact: 'emails',
  event: 'title',
  payment: 'description',
  document: 'title',
};

export const defaultMatch = (kind: Kind): string[] => [matchBy[kind]];

export const emptyDraft: FlowDraft = { name: '', sides: [], matchFields: [], onDifference: 'ask' };

export function draftOf(flow: Flow): FlowDraft {
  return {
    name: flow.name,
    matchFields: flow.match_fields,
    onDifference: flow.on_difference,
    sides: flow.sides
      .toSorted((a, b) => a.position - b.position)
      .map((side) => ({ streamId: side.stream_id, creates: side.creates, rules: side.rules })),
  };
}

/** A stream joins the flow as its last side, or leaves it. */
export function toggleSide(draft: FlowDraft, streamId: string): FlowDraft {
  const without = draft.sides.filter((side) => side.streamId !== streamId);
  if (without.length < draft.sides.length) return { ...draft, sides: without };
  return { ...draft, sides: [...draft.sides, { streamId, creates: true, rules: null }] };
}

/** One side a place forward: the first side's values stand where nobody else decides. */
export function moveForward(draft: FlowDraft, index: number): FlowDraft {
  const side = draft.sides[index];
  const before = draft.sides[index - 1];
  if (!side || !before) return draft;
  const sides = draft.sides.with(index - 1, side).with(index, before);
  return { ...draft, sides };
}

export function changeSide(draft: FlowDraft, index: number, part: Partial<DraftSide>): FlowDraft {
  return {
    ...draft,
    sides: draft.sides.map((side, at) => (at === index ? { ...side, ...part } : side)),
  };
}

/** Only a no is said: without it objects are made wherever they can be. */
const sideOf = (
  { streamId, creates }: Pick<DraftSide, 'streamId' | 'creates'>,
  rules: FieldRule[],
): FlowInput['sides'][number] => ({
  stream_id: streamId,
  ...(creates ? {} : { creates }),
  rules,
});

/** As the API takes it; `fallbackName` stands where none was given. */
export function inputOf(
  draft: FlowDraft,
  suggestions: readonly Suggestion[],
  fallbackName: string,
): FlowInput {
  return {
    name: draft.name.trim() || fallbackName,
    match_fields: draft.matchFields,
    on_difference: draft.onDifference,
    sides: draft.sides.map((side) => sideOf(side, rulesOf(side, suggestions))),
  };
}

/** Only what is another than in the flow as the editor was opened on it: a name alone voids no plan. */
export function patchOf(input: FlowInput, flow: Flow): FlowPatch {
  const versions = new Map(flow.sides.map((side) => [side.stream_id, side.rules_version]));
  const seen = (streamId: string) => {
    const version = versions.get(streamId);
    return version === undefined ? {} : { rules_version: version };
  };
  const stored = draftOf(flow);
  const before = {
    match_fields: stored.matchFields,
    sides: stored.sides.map((side) => sideOf(side, side.rules ?? [])),
  };
  return {
    ...(input.name === flow.name ? {} : { name: input.name }),
    ...(input.on_difference === flow.on_difference ? {} : { on_difference: input.on_difference }),
    ...(isSame(input.match_fields, before.match_fields)
      ? {}
      : { match_fields: input.match_fields }),
    ...(isSame(input.sides, before.sides)
      ? {}
      : { sides: input.sides.map((side) => ({ ...side, ...seen(side.stream_id) })) }),
  };
}

export const isChanged = (draft: FlowDraft, before: FlowDraft): boolean => !isSame(draft, before);
