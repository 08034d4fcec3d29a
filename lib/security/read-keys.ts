import type { Queryable } from '#lib/db/index';
import { selectHolders, selectKeyUse, selectRotations } from './rotation-store.ts';
import {
  type KeyClass,
  type KeyClassState,
  type KeyHolder,
  type KeyUse,
  keyClasses,
  type Rotation,
} from './schema.ts';

/** What the keys of this installation are used for, class by class. Names of keys and counts only. */
export async function readKeys(db: Queryable): Promise<KeyClassState[]> {
  const [holders, use, rotations] = [
    await selectHolders(db),
    await selectKeyUse(db),
    await selectRotations(db),
  ];
  return keyClasses.map((name) => stateOf(name, { holders, use, rotations }));
}

interface Facts {
  holders: readonly KeyHolder[];
  use: readonly KeyUse[];
  rotations: readonly Rotation[];
}

export function stateOf(name: KeyClass, facts: Facts): KeyClassState {
  const holders = facts.holders.filter((holder) => holder.class === name);
  const use = facts.use.filter((row) => row.class === name);
  const present = [...new Set(holders.map((holder) => holder.present_key))];
  const known = new Set([
    ...present,
    ...holders.flatMap((holder) => holder.opens),
    ...use.map((row) => row.key_id),
  ]);
  return {
    class: name,
    present,
    keys: [...known].map((keyId) => {
      const sealed = sum(use.filter((row) => row.key_id === keyId).map((row) => row.sealed));
      const isPresent = present.includes(keyId);
      const isHeld = holders.length > 0 && holders.every((one) => one.opens.includes(keyId));
      return {
        key_id: keyId,
        is_present: isPresent,
        is_held: isHeld,
        sealed,
        may_go: !isPresent && isHeld && sealed === 0,
      };
    }),
    processes: sum(holders.map((holder) => holder.processes)),
    rotation: facts.rotations.find((rotation) => rotation.class === name) ?? null,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
