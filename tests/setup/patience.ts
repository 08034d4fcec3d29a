/** For `expect.poll`: what becomes true before long, on a busy machine too; looked at 50 times a second. */
export const patience = { timeout: 45_000, interval: 20 } as const;
