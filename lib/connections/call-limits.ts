/** Bounds of one call to a service. */
export const callLimits = {
  /** From the first byte sent to the last one read. */
  timeoutMs: 15_000,
  /** In all, the first among them. */
  attempts: 3,
} as const;
