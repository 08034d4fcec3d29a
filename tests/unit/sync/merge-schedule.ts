import fc from 'fast-check';
import { type Json, type JsonObject, jsonEqual } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import type { MergeInput, MergeOutcome } from '#lib/sync/merge/index';
import { FakeRemote, type WriteFault } from './fake-remote.ts';
import { type Mutant, ReferenceEngine, writableFields } from './reference-engine.ts';

export type Step =
  | { do: 'edit' | 'elsewhere'; patch: JsonObject }
  | { do: 'webhook'; pick: number; isDuplicate: boolean }
  | { do: 'lose'; pick: number }
  | { do: 'push'; fault: WriteFault }
  | { do: 'answer' | 'recover' | 'sweep' };

export interface Schedule {
  ticksPerRank: 1 | 2;
  steps: Step[];
}

/** Pushes after which a hub that still wants to write is called unquiet. */
const settlingRounds = 6;

const title = fc.constantFrom('a', 'b', 'C', 'D  d');
const body = fc.constantFrom(null, 'x', 'x\n\ny', 'z\r\n');
const state = fc.constantFrom('open', 'done', 'cancelled');
const labels = fc.uniqueArray(fc.constantFrom('bug', 'ui', 'New', 'p1'), { maxLength: 3 });
const field: fc.Arbitrary<JsonObject> = fc.oneof(
  title.map((value) => ({ title: value })),
  body.map((value) => ({ body: value })),
  state.map((value) => ({ state: value })),
  labels.map((value) => ({ labels: value })),
);
const elsewhere: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 6, arbitrary: field },
  { weight: 1, arbitrary: fc.nat({ max: 3 }).map((value) => ({ comments: value })) },
  { weight: 1, arbitrary: fc.nat({ max: 3 }).map((value) => ({ milestone_x: value })) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: field.map((patch): Step => ({ do: 'edit', patch })) },
  { weight: 4, arbitrary: elsewhere.map((patch): Step => ({ do: 'elsewhere', patch })) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('webhook' as const),
      pick: fc.nat({ max: 5 }),
      isDuplicate: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose' as const), pick: fc.nat({ max: 5 }) }),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom<WriteFault>('none', 'none', 'before', 'ack_lost', 'crash')
      .map((fault): Step => ({ do: 'push', fault })),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'answer' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'recover' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'sweep' }) },
);

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  ticksPerRank: fc.constantFrom(1 as const, 2 as const),
  steps: fc.array(step, { maxLength: 12 }),
});

const lowerCase = (value: Json): Json =>
  typeof value === 'string' ? value.toLowerCase().replace(/ +/g, ' ') : value;

/** A service that writes titles without double spaces and in lower case, and labels in lower case. */
const canonical: Record<string, (value: Json) => Json> = {
  title: (value) => lowerCase(value),
  labels: (value) => (Array.isArray(value) ? value.map(lowerCase) : []),
};

/** Plays a schedule, lets everything settle and says which promises were broken. */
export function play(schedule: Schedule, mutant: Mutant | null): string[] {
  const remote = new FakeRemote({
    fields: { title: 'a', body: 'x', state: 'open', labels: ['bug'], comments: 0, milestone_x: 0 },
    canonical,
    ticksPerRank: schedule.ticksPerRank,
  });
  const hub = new ReferenceEngine(remote, mutant);
  let milestone: Json = 0;
  for (const next of schedule.steps) {
    if (next.do === 'elsewhere' && next.patch['milestone_x'] !== undefined) {
      milestone = next.patch['milestone_x'];
    }
    act(next, remote, hub);
  }
  const rounds = settle(hub);
  const broken = [
    ...hub.broken,
    ...hub.merges.flatMap(({ input, output }) => losses(input, output)),
  ];
  if (rounds > settlingRounds) broken.push('P3 the hub never stops writing');
  broken.push(...divergence(remote, hub), ...phantoms(remote, hub));
  if (!jsonEqual(remote.read().fields['milestone_x'], milestone)) {
    broken.push('P5 a field the hub does not know was touched');
  }
  broken.push(...lateDeliveries(remote, hub));
  return broken;
}

function act(next: Step, remote: FakeRemote, hub: ReferenceEngine): void {
  switch (next.do) {
    case 'edit':
      hub.edit(next.patch);
      return;
    case 'elsewhere':
      remote.patch('somebody', next.patch);
      return;
    case 'webhook': {
      const hook = remote.takeWebhook(next.pick, next.isDuplicate);
      if (hook) hub.webhook(hook);
      return;
    }
    case 'lose':
      remote.takeWebhook(next.pick, false);
      return;
    case 'push':
      hub.push(next.fault);
      return;
    case 'answer':
      hub.takeAnswer();
      return;
    case 'recover':
      hub.recover();
      return;
    case 'sweep':
      hub.sweep();
      return;
  }
}

/** Faults stop: what is under way ends, then pushes until there is nothing to send. */
function settle(hub: ReferenceEngine): number {
  hub.takeAnswer();
  hub.recover();
  hub.sweep();
  let rounds = 0;
  while (rounds <= settlingRounds && hub.push('none')) {
    hub.takeAnswer();
    rounds += 1;
  }
  return rounds;
}

/** P1: both sides are equal in every field that is not held. */
function divergence(remote: FakeRemote, hub: ReferenceEngine): string[] {
  const there = remote.read().fields;
  return [...writableFields, 'comments']
    .filter((name) => !hub.held.includes(name))
    .filter((name) => !fieldsEqual(fieldRule('task', name).comparator, hub.data[name], there[name]))
    .map((name) => `P1 ${name} differs`);
}

/** P2: a concurrent value is either kept, or it was the base, or it stands in the conflicts. */
function losses(input: MergeInput, output: MergeOutcome): string[] {
  return writableFields.flatMap((name) => {
    const same = (a: Json | undefined, b: Json | undefined) =>
      fieldsEqual(fieldRule('task', name).comparator, a, b);
    const [local, remote, base] = [input.local?.[name], input.remote[name], input.base?.[name]];
    const sent = input.inFlight?.patch[name];
    const isOurs = sent !== undefined && (input.inFlight?.isAnswer === true || same(remote, sent));
    if (!input.base || remote === undefined || isOurs) return [];
    if (same(local, remote) || same(local, base) || same(remote, base)) {
      const expected = same(local, base) ? remote : local;
      return same(output.data[name], expected) ? [] : [`P2 ${name} is neither side's value`];
    }
    if (name === 'labels') return setLosses(base, local, remote, output.data[name]);
    const logged = output.conflicts.find((conflict) => conflict.field === name);
    return logged && same(logged.local, local) && same(logged.remote, remote)
      ? []
      : [`P2 ${name} lost a value`];
  });
}

function setLosses(...sides: (Json | undefined)[]): string[] {
  const [base, local, remote, merged] = sides.map(
    (side) => new Set(Array.isArray(side) ? side.map(String) : []),
  );
  const all = new Set([...(base ?? []), ...(local ?? []), ...(remote ?? []), ...(merged ?? [])]);
  return [...all].flatMap((item) => {
    const wasThere = base?.has(item) === true;
    const isKept = wasThere
      ? local?.has(item) && remote?.has(item)
      : local?.has(item) || remote?.has(item);
    return merged?.has(item) === (isKept === true) ? [] : [`P2 label ${item} is wrong`];
  });
}

/** What we sent ourselves is never held against us: a conflict's other value is somebody else's. */
function phantoms(remote: FakeRemote, hub: ReferenceEngine): string[] {
  const written = (name: string, value: Json) =>
    remote.writes.some(
      (write) =>
        write.by === 'somebody' && jsonEqual(canonicalForm(name, write.patch[name]), value),
    );
  return hub.conflicts
    .filter(({ field: name, remote: value }) =>
      hub.sentValues.some((patch) => jsonEqual(patch[name], value) && !written(name, value)),
    )
    .map(({ field: name }) => `P2 ${name}: our own write came back as a conflict`);
}

const canonicalForm = (name: string, value: Json | undefined): Json | undefined =>
  value === undefined ? undefined : (canonical[name]?.(value) ?? value);

/** P3 and P4: after the end nothing is written, and webhooks late, twice, backwards change nothing. */
function lateDeliveries(remote: FakeRemote, hub: ReferenceEngine): string[] {
  const before = structuredClone({ data: hub.data, base: hub.base, held: hub.held });
  const writes = remote.writes.length;
  for (const hook of [...remote.sent, ...remote.sent.toReversed()])
    hub.webhook(structuredClone(hook));
  const broken: string[] = [];
  if (!jsonEqual(before, { data: hub.data, base: hub.base, held: hub.held })) {
    broken.push('P4 a late webhook changed the record');
  }
  if (hub.push('none') || remote.writes.length !== writes) broken.push('P3 a write after the end');
  return broken;
}
