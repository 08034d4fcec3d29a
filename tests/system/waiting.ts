const pauseMs = 50;

/**
 * Asks until the answer is there, and says what it still was when the time is over. `null` and
 * `undefined` mean not yet; a throw counts as not yet too, because parts of the hub may be down.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | undefined> | T | null | undefined,
  deadlineMs = 20_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`Not within ${deadlineMs / 1000} s: ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** `true` or not yet. */
export const until = (what: string, ask: () => Promise<boolean> | boolean, deadlineMs?: number) =>
  eventually(what, async () => ((await ask()) ? true : null), deadlineMs);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
