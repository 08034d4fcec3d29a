import type { ProviderFault } from '#lib/connectors/protocol/index';

export interface Observation {
  created: number;
  updated: number;
  unchanged: number;
  /** Of those that changed nothing: what came back of an edit made here. */
  echoes: number;
  /** Older than what is known, or not to be told apart from it (then it is read again). */
  stale: number;
  conflicts: number;
  /** Objects left alone because their stream is paused; its next poll brings them. */
  skipped: number;
  /** Records made or changed. */
  recordIds: string[];
  /** Objects, and fields of objects, that could not be kept. */
  faults: ProviderFault[];
  /** What came of each object, by its external id; those that were skipped or not kept are missing. */
  objects: Map<string, SeenObject>;
}

export interface SeenObject {
  came: 'created' | 'updated' | 'unchanged' | 'stale';
  isEcho: boolean;
  conflicts: number;
  /** Of a record made or changed. */
  recordId: string | null;
}

export const nothingSeen = (): Observation => ({
  created: 0,
  updated: 0,
  unchanged: 0,
  echoes: 0,
  stale: 0,
  conflicts: 0,
  skipped: 0,
  recordIds: [],
  faults: [],
  objects: new Map(),
});

export function noteObject(seen: Observation, externalId: string, object: SeenObject): void {
  seen[object.came] += 1;
  seen.conflicts += object.conflicts;
  if (object.isEcho) seen.echoes += 1;
  if (object.recordId !== null) seen.recordIds.push(object.recordId);
  seen.objects.set(externalId, object);
}

/** Changed nothing: it is older, gone before it was seen, or has another id by now. */
export const passedOver: SeenObject = {
  came: 'stale',
  isEcho: false,
  conflicts: 0,
  recordId: null,
};
