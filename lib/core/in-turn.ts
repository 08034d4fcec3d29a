/**
 * Runs every step, one after the other: one that fails keeps none of the others from being done.
 * Throws the first failure once all have had their turn.
 */
export async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
