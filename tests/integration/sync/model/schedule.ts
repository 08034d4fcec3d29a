import fc from 'fast-check';
import type { JsonObject } from '#lib/core/index';
import type { Fault, FaultKind } from '../../../setup/fake-remote/remote-api.ts';
import {
  lowering,
  plain,
  type RemoteSwitches,
  raising,
} from '../../../setup/fake-remote/remote-switches.ts';

import { type MappingName, mappingNames } from './mappings.ts';

export type Step =
  | { do: 'here'; of: number; field: Field; pick: number }
  | { do: 'there'; side: number; of: number; field: Field; pick: number }
  | { do: 'create' | 'sweep' | 'time'; side: number }
  | { do: 'remove' | 'restore' | 'move' | 'rename'; side: number; of: number }
  | { do: 'merge'; side: number; of: number; into: number }
  | { do: 'hook'; side: number; pick: number; mode: 'once' | 'twice' | 'never' }
  | { do: 'push' | 'poll'; side: number; dieAt: number | null }
  | { do: 'fault'; side: number; fault: Fault }
  | { do: 'rules'; side: number; mapping: MappingName }
  | { do: 'stall' }
  | { do: 'clock'; side: number; seconds: number };

const fields = ['title', 'body', 'state', 'labels'] as const;
export type Field = (typeof fields)[number];

export interface Schedule {
  sides: RemoteSwitches[];
  /** How the last of the services is read from the beginning; without it as it is. */
  mapping?: MappingName;
  steps: Step[];
}

const states = ['open', 'done', 'cancelled'];
const labelSets = [[], ['bug'], ['New'], ['bug', 'ui'], ['ui', 'New', 'p1']];

/** A value of its own for every step, so that it is known again wherever it turns up. */
export function patchOf(field: Field, pick: number, turn: number): JsonObject {
  if (field === 'title') return { title: `Title  ${turn}` };
  if (field === 'body') return { body: `Body ${turn}\n\n- x` };
  if (field === 'state') return { state: states[pick % states.length] ?? 'open' };
  return { labels: labelSets[pick % labelSets.length] ?? [] };
}

const index = fc.nat({ max: 2 });
/** By remainder, so that each of one, two or three has the same share. */
const side = fc.nat({ max: 5 });
const field = fc.constantFrom(...fields);
const pick = fc.nat({ max: 7 });
const anywhere: FaultKind[] = ['before', 'after', 'late', 'limited', 'unauthorized'];
/** A place can be dropped; an object that is there is not said to be gone. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    on: fc.constantFrom<Fault['on']>('update', 'update', 'update', 'read'),
    kind: fc.constantFrom(...anywhere),
  }),
  fc.record({
    on: fc.constantFrom<Fault['on']>('poll', 'backfill'),
    kind: fc.constantFrom<FaultKind>(...anywhere, 'gone'),
  }),
);
const dieAt = fc.option(fc.nat({ max: 13 }), { freq: 3, nil: null });

const entry = <T extends Step>(weight: number, shape: fc.Arbitrary<T>) => ({
  weight,
  arbitrary: shape as fc.Arbitrary<Step>,
});
const one = <T extends string>(name: T) => fc.constant(name);

const step: fc.Arbitrary<Step> = fc.oneof(
  entry(6, fc.record({ do: one('here'), of: index, field, pick })),
  entry(6, fc.record({ do: one('there'), side, of: index, field, pick })),
  entry(1, fc.record({ do: one('create'), side })),
  entry(1, fc.record({ do: one('remove'), side, of: index })),
  entry(1, fc.record({ do: one('restore'), side, of: index })),
  entry(1, fc.record({ do: one('move'), side, of: index })),
  entry(1, fc.record({ do: one('rename'), side, of: index })),
  entry(1, fc.record({ do: one('merge'), side, of: index, into: index })),
  entry(
    5,
    fc.record({
      do: one('hook'),
      side,
      pick,
      mode: fc.constantFrom('once', 'once', 'twice', 'never'),
    }),
  ),
  entry(5, fc.record({ do: one('push'), side, dieAt })),
  entry(2, fc.record({ do: one('poll'), side, dieAt })),
  entry(2, fc.record({ do: one('fault'), side, fault })),
  entry(1, fc.record({ do: one('sweep'), side })),
  entry(2, fc.record({ do: one('time'), side })),
  entry(1, fc.record({ do: one('stall') })),
  entry(1, fc.record({ do: one('clock'), side, seconds: fc.nat({ max: 600 }) })),
);

const mappedStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: step },
  entry(1, fc.record({ do: one('rules'), side, mapping: fc.constantFrom(...mappingNames) })),
);

const switches: fc.Arbitrary<RemoteSwitches> = fc
  .record({
    seed: fc.nat({ max: 1_000 }),
    cas: fc.boolean(),
    keyed: fc.boolean(),
    ordered: fc.boolean(),
    tombstones: fc.boolean(),
    tokens: fc.boolean(),
    paging: fc.constantFrom('keyset' as const, 'offset' as const),
    pageSize: fc.constantFrom(1, 2, 100),
    form: fc.constantFrom(plain.canonical, lowering, raising),
  })
  .map(({ form, ...given }) => ({
    ...plain,
    ...given,
    cas: given.cas && given.ordered,
    canonical: form,
  }));

export type Sides = 1 | 2 | 3;
const names = ['left', 'right', 'third'] as const;

/** `mapped`: one of the services is read through a mapping, which changes now and then. */
export const schedules = (
  sides: Sides,
  length: number,
  mapped: 'plain' | 'mapped' = 'plain',
): fc.Arbitrary<Schedule> =>
  fc.record({
    ...(mapped === 'mapped' ? { mapping: fc.constantFrom(...mappingNames) } : {}),
    sides: fc
      .tuple(switches, switches, switches)
      .map((all) => names.slice(0, sides).map((name, n) => ({ ...(all[n] ?? plain), name }))),
    steps: fc.array(mapped === 'mapped' ? mappedStep : step, { minLength: 1, maxLength: length }),
  });
