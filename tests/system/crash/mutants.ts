/**
 * Faults planted in the hub's own source as a process loads it. Each must make the run fail; a text
 * that is not found any more stops the process, so that no mutant can quietly become none.
 */
export const mutants = {
  /** Says 200 first and stores afterwards. */
  acknowledgesBeforeCommit: {
    in: 'gateway',
    file: 'lib/webhooks/delivery-batcher.ts',
    from: 'const fresh = await this.#deps.insert(rows);',
    to: `for (const waiting of batch) waiting.resolve(true);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const fresh = await this.#deps.insert(rows);`,
  },
  /** Notes an event as applied, and applies it, each for itself. */
  appliesWithoutTransaction: {
    in: 'worker',
    file: 'lib/webhooks/apply-inbox-events.ts',
    from: 'const settlements = await transaction(deps.db, async (tx) => {',
    to: `const eachForItself = (db: any, work: (tx: any) => Promise<any>) => work(db);
    const settlements = await eachForItself(deps.db, async (tx) => {
      const early = await holdGroup(tx, workspaceId, group);
      const none = early.map(() => ({ kind: 'applied', summary: '', recordIds: [] }));
      const noted = settle(early, none as any, started, deps.clock);
      await settleEvents(tx, workspaceId, noted);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await actOnGroup(tx, deps, early);
      if (early.length >= 0) return noted;`,
  },
  /** Does not survive that the driver writes to a connection that was cut. */
  missesDriverFaults: {
    in: 'worker',
    file: 'lib/db/survive-driver-faults.ts',
    from: 'if (!isDriverFault(error)) throw error;',
    to: 'throw error;',
  },
} as const satisfies Record<string, Mutant>;

export interface Mutant {
  in: 'gateway' | 'worker';
  file: string;
  from: string;
  to: string;
}
