import { type JsonObject, jsonEqual } from '#lib/core/index';
import { fieldRule, fieldsEqual, fieldsOf, normaliseField } from '#lib/kinds/index';
import {
  dirtyFields,
  type FieldConflict,
  type InFlight,
  judgeRank,
  type MergeInput,
  type MergeOutcome,
  mergeRecord,
  resolveByEdit,
} from '#lib/sync/merge/index';
import type { FakeRemote, RemoteState, WriteFault } from './fake-remote.ts';

/** Faults planted into the engine around the real merge; the model test must catch each. */
export const mutants = [
  'noRankGuard',
  'tieApplies',
  'noAdopt',
  'noEcho',
  'baseIsMerge',
  'dropUnknown',
  'fullPut',
  'pushHeld',
  'setTakesRemote',
  'setForgetsRemovals',
  'conflictsUnlogged',
] as const;
export type Mutant = (typeof mutants)[number];

export const writableFields = ['title', 'body', 'state', 'labels'];

interface Observation {
  state: RemoteState;
  isFreshRead: boolean;
  isAnswer: boolean;
}

/** One record, one link, and the least code that uses the merge the way the worker does. */
export class ReferenceEngine {
  data: JsonObject;
  base: JsonObject;
  held: string[] = [];
  rank: number;
  inFlight: InFlight | null = null;
  /** The answer of the service, on its way back. */
  answer: RemoteState | null = null;
  outcomeUnknown = false;
  hasMovedSincePush = false;
  readonly conflicts: FieldConflict[] = [];
  readonly edited = new Set<string>();
  readonly sentValues: JsonObject[] = [];
  readonly merges: { input: MergeInput; output: MergeOutcome }[] = [];
  readonly broken: string[] = [];

  readonly remote: FakeRemote;
  readonly mutant: Mutant | null;

  constructor(remote: FakeRemote, mutant: Mutant | null) {
    this.remote = remote;
    this.mutant = mutant;
    const first = remote.read();
    const met = mergeRecord({
      kind: 'task',
      local: null,
      base: null,
      remote: first.fields,
      held: [],
      inFlight: null,
    });
    this.data = met.data;
    this.base = met.base;
    this.rank = first.rank;
  }

  edit(patch: JsonObject): void {
    for (const field of Object.keys(patch)) this.edited.add(field);
    this.data = { ...this.data, ...patch };
    this.held = resolveByEdit(this.held, Object.keys(patch)).held;
  }

  webhook(state: RemoteState): void {
    this.observe({ state, isFreshRead: false, isAnswer: false });
  }

  sweep(): void {
    this.observe({ state: this.remote.read(), isFreshRead: true, isAnswer: false });
  }

  /** Reads, merges, writes the intent, sends. Returns false when there was nothing to send. */
  push(fault: WriteFault): boolean {
    if (this.inFlight) return false;
    this.sweep();
    const dirty = this.dirty();
    if (dirty.length === 0) return false;
    const patch = Object.fromEntries(dirty.map((field) => [field, this.data[field] ?? null]));
    this.checkPatch(patch);
    this.inFlight = { patch, base: this.base };
    this.hasMovedSincePush = false;
    if (fault === 'before') {
      this.outcomeUnknown = true;
      return true;
    }
    this.sentValues.push(patch);
    const before = this.remote.read().fields;
    const answer = this.send(patch);
    this.checkEffect(patch, before, answer.fields);
    if (fault === 'none') this.answer = answer;
    else this.outcomeUnknown = true;
    return true;
  }

  takeAnswer(): void {
    if (!this.answer) return;
    const state = this.answer;
    this.answer = null;
    // What was taken in since the push may be newer than its answer, though of the same tick.
    this.observe({ state, isFreshRead: !this.hasMovedSincePush, isAnswer: true });
    this.inFlight = null;
  }

  /** A restart finds an intent without outcome: the object is read back before anything is sent. */
  recover(): void {
    if (!this.outcomeUnknown) return;
    this.outcomeUnknown = false;
    this.observe({ state: this.remote.read(), isFreshRead: true, isAnswer: false });
    this.inFlight = null;
  }

  dirty(): string[] {
    return dirtyFields({
      kind: 'task',
      data: this.data,
      base: this.base,
      held: this.mutant === 'pushHeld' ? [] : this.held,
      writable: writableFields,
    });
  }

  private send(patch: JsonObject): RemoteState {
    if (this.mutant === 'fullPut') {
      const there = this.remote.read().fields;
      const ours = Object.entries(this.data).filter(([field]) => Object.hasOwn(there, field));
      return this.remote.put('hub', { ...there, ...Object.fromEntries(ours) });
    }
    if (this.mutant === 'dropUnknown') {
      return this.remote.put('hub', { ...this.onlyKnown(this.remote.read().fields), ...patch });
    }
    return this.remote.patch('hub', patch);
  }

  private onlyKnown(fields: JsonObject): JsonObject {
    const known = fieldsOf('task');
    return Object.fromEntries(Object.entries(fields).filter(([field]) => known[field]));
  }

  private observe(seen: Observation): void {
    const { state } = seen;
    const verdict = judgeRank({
      rank: state.rank,
      rankIsExact: this.remote.isExact,
      knownRank: this.rank,
      isFreshRead: seen.isFreshRead || this.mutant === 'tieApplies',
      differsFromBase: this.differsFromBase(state.fields),
    });
    if (verdict === 'read_again') {
      this.sweep();
      return;
    }
    // A stale answer still says which form the service gave our values, if nothing came after it.
    if (verdict === 'stale' && this.mutant !== 'noRankGuard') {
      const isSameState = seen.isAnswer && state.rank === this.rank;
      if (!isSameState || this.differsFromBase(state.fields)) return;
    }
    const input: MergeInput = {
      kind: 'task',
      local: this.data,
      base: this.base,
      remote: state.fields,
      held: this.held,
      inFlight: this.inFlightFor(seen),
    };
    this.take(input, this.merge(input));
    this.rank = state.rank;
    this.hasMovedSincePush = true;
  }

  private inFlightFor(seen: Observation): InFlight | null {
    if (this.mutant === 'noEcho' || !this.inFlight) return null;
    return { ...this.inFlight, isAnswer: seen.isAnswer };
  }

  private merge(input: MergeInput): MergeOutcome {
    const output = mergeRecord(input);
    switch (this.mutant) {
      case 'baseIsMerge':
        return { ...output, base: { ...output.base, ...output.data } };
      case 'noAdopt':
        return { ...output, data: { ...output.data, ...this.stillOurs(input) } };
      case 'setTakesRemote':
        return { ...output, data: { ...output.data, labels: input.remote['labels'] ?? [] } };
      case 'setForgetsRemovals': {
        const both = [input.local?.['labels'], input.remote['labels']].flat();
        const labels = [...new Set(both.map(String))];
        return { ...output, data: { ...output.data, labels } };
      }
      case 'conflictsUnlogged':
        return { ...output, conflicts: [], held: [] };
      case 'dropUnknown':
      case 'fullPut':
      case 'noEcho':
      case 'noRankGuard':
      case 'pushHeld':
      case 'tieApplies':
      case null:
        return output;
    }
  }

  /** What a push sent and the record still says: the mutant does not take the service's form of it. */
  private stillOurs(input: MergeInput): JsonObject {
    const patch = this.inFlight?.patch ?? {};
    return Object.fromEntries(
      Object.entries(patch).filter(([field, value]) => jsonEqual(input.local?.[field], value)),
    );
  }

  private take(input: MergeInput, output: MergeOutcome): void {
    this.merges.push({ input, output });
    this.data = output.data;
    this.base = output.base;
    this.held = output.held;
    this.conflicts.push(...output.conflicts);
  }

  private differsFromBase(fields: JsonObject): boolean {
    return Object.entries(fields).some(
      ([field, value]) =>
        !fieldsEqual(fieldRule('task', field).comparator, value, this.base[field]),
    );
  }

  /** A push changes what it names and nothing else. */
  private checkEffect(patch: JsonObject, before: JsonObject, after: JsonObject): void {
    for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (!Object.hasOwn(patch, field) && !jsonEqual(before[field], after[field])) {
        this.broken.push(`P3 ${field} was written, it was not to be sent`);
      }
    }
  }

  /** What must hold at the moment of sending: P6, and that no unseen value is overwritten. */
  private checkPatch(patch: JsonObject): void {
    const there = this.remote.read().fields;
    for (const field of Object.keys(patch)) {
      const { comparator } = fieldRule('task', field);
      if (this.held.includes(field)) this.broken.push(`P6 held field ${field} was sent`);
      if (!this.edited.has(field)) this.broken.push(`P3 ${field} was sent, nobody edited it`);
      if (!jsonEqual(this.base[field], normaliseField(comparator, there[field]))) {
        this.broken.push(`P2 ${field} would overwrite a value that was never seen`);
      }
    }
  }
}
