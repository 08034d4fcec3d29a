'use client';

import { useCallback, useMemo, useState } from 'react';
import { useProviderName } from '@/components/shell/use-provider-name';
import {
  type Flow,
  type FlowInput,
  flowSchema,
  flowSidesMin,
  type Suggestion,
} from '@/lib/flows/schema';
import { type Kind, kinds } from '@/lib/kinds/index';
import type { FieldRule } from '@/lib/sync/schema';
import { faultsOf } from './editor-faults';
import {
  changeSide,
  defaultMatch,
  draftOf,
  emptyDraft,
  type FlowDraft,
  inputOf,
  isChanged,
  patchOf,
} from './flow-draft';
import { cellOf, resetRule, rulesOf, withRule } from './mapping';
import { groupChoices } from './stream-choices';
import { useFlows, useFlowWrite, useStock, useSuggestions } from './use-flows';

/** A side as the editor names it. */
export interface SideFace {
  service: string;
  stream: string;
  /** For names read aloud: the service, with the stream where two are of one service. */
  label: string;
  canCreate: boolean;
}

const noFlows: Flow[] = [];
const noSuggestions: Suggestion[] = [];
const toKind = (kind: string | undefined): Kind | null => kinds.find((one) => one === kind) ?? null;

/** Everything the editor holds and asks: what there is to choose from, the draft, what is suggested. */
export function useEditor(flow: Flow | null, preset: readonly string[]) {
  const stock = useStock();
  const flows = useFlows();
  const nameOf = useProviderName();
  const [opened] = useState(flow);
  const [before] = useState<FlowDraft>(() => (flow ? draftOf(flow) : emptyDraft));
  const [draft, setDraft] = useState<FlowDraft>(() => ({
    ...before,
    sides: flow
      ? before.sides
      : preset.map((streamId) => ({ streamId, creates: true, rules: null })),
  }));
  const streamIds = draft.sides.map((side) => side.streamId);
  const suggested = useSuggestions(streamIds);
  const suggestions = suggested.data?.data ?? noSuggestions;
  const make = useFlowWrite(flowSchema, { quiet: true });
  const [sent, setSent] = useState<FlowInput | null>(null);
  const streams = streamIds.flatMap((id) => stock.streams.find((one) => one.id === id) ?? []);
  const kind = flow?.kind ?? toKind(streams[0]?.kind);
  const faces = draft.sides.map(({ streamId }): SideFace => {
    const stream = stock.streams.find((one) => one.id === streamId);
    const side = flow?.sides.find((one) => one.stream_id === streamId);
    const connection = stock.connections.find((one) => one.id === stream?.connection_id);
    const service = nameOf(connection?.connector ?? side?.connector ?? '');
    const resource = stock.connectors
      .find((one) => one.name === connection?.connector)
      ?.resources.find((one) => one.name === stream?.resource);
    const name = stream?.name ?? side?.stream_name ?? '';
    return {
      service,
      stream: name,
      label: service,
      canCreate: side?.can_create ?? resource?.creates ?? false,
    };
  });
  const matchFields =
    draft.matchFields.length > 0 || kind === null ? draft.matchFields : defaultMatch(kind);
  const whole: FlowDraft = { ...draft, matchFields };
  const fallbackName = faces.map(({ service }) => service).join(' – ');
  const save = (): Promise<Flow> => {
    const input = inputOf(whole, suggestions, fallbackName);
    setSent(input);
    return make.mutateAsync(
      opened
        ? { method: 'PATCH', path: `/flows/${opened.id}`, json: patchOf(input, opened) }
        : { method: 'POST', path: '/flows', json: input },
    );
  };
  const faults = useMemo(() => faultsOf(make.error, sent), [make.error, sent]);
  // The same functions for every drawing: the table has many cells, and only one is changed at a time.
  const setRule = useCallback(
    (index: number, rule: FieldRule) =>
      setDraft((now) => changeRules(now, index, suggestions, (rules) => withRule(rules, rule))),
    [suggestions],
  );
  const resetField = useCallback(
    (index: number, field: string) =>
      setDraft((now) => {
        const side = now.sides[index];
        if (!side) return now;
        const cell = cellOf(kind ?? 'task', side, field, suggestions);
        return changeRules(now, index, suggestions, (rules) => resetRule(rules, cell));
      }),
    [kind, suggestions],
  );
  return {
    stock,
    suggested,
    suggestions,
    draft: whole,
    change: setDraft,
    groups: groupChoices(
      { ...stock, flows: flows.data?.data ?? noFlows },
      streamIds,
      flow?.id ?? null,
    ),
    faces: labelled(faces),
    kind,
    fallbackName,
    faults,
    setRule,
    resetField,
    isUnsaved: isChanged(draft, before) && !make.isSuccess,
    isWhole: draft.sides.length >= flowSidesMin && matchFields.length > 0 && !suggested.isPending,
    isSaving: make.isPending,
    save,
  };
}

/** Two sides of one service are told apart by their streams. */
function labelled(faces: readonly SideFace[]): SideFace[] {
  return faces.map((face) => {
    const isShared = faces.filter(({ service }) => service === face.service).length > 1;
    return isShared ? { ...face, label: `${face.service} ${face.stream}` } : face;
  });
}

function changeRules(
  draft: FlowDraft,
  index: number,
  suggestions: readonly Suggestion[],
  change: (rules: FieldRule[]) => FieldRule[],
): FlowDraft {
  const side = draft.sides[index];
  return side ? changeSide(draft, index, { rules: change(rulesOf(side, suggestions)) }) : draft;
}
