import DataLoader from 'dataloader';

export interface BatchOptions<K, V> {
  /** Answers in the order of the keys; an Error in a place is that key's alone. */
  load: (keys: readonly K[]) => Promise<readonly (V | Error)[]>;
  /** Two keys with the same text are one question. */
  keyOf: (key: K) => string;
  /** Of one call. */
  most: number;
  /** How long the first question waits for others. Milliseconds. */
  gatherMs: number;
  /** Told how many calls were not needed. */
  onSaved?: (calls: number) => void;
}

/**
 * Questions asked within a moment become one call, and the same question is asked once. Nothing is
 * remembered beyond the call: what is read later is read anew.
 */
export function createBatch<K, V>(options: BatchOptions<K, V>): (key: K) => Promise<V> {
  const { load, keyOf, most, gatherMs, onSaved } = options;
  const asked = new Map<string, number>();
  const loader = new DataLoader<K, V, string>(
    async (keys) => {
      let questions = 0;
      for (const key of keys) {
        loader.clear(key);
        questions += asked.get(keyOf(key)) ?? 0;
        asked.delete(keyOf(key));
      }
      const answers = await load(keys);
      if (questions > 1) onSaved?.(questions - 1);
      return answers;
    },
    {
      maxBatchSize: most,
      cacheKeyFn: keyOf,
      batchScheduleFn: (go) => void setTimeout(go, gatherMs),
    },
  );
  return (key) => {
    asked.set(keyOf(key), (asked.get(keyOf(key)) ?? 0) + 1);
    return loader.load(key);
  };
}
