/** Bounds of this room. Names end in their unit. */
export const flowLimits = {
  /** Of one workspace. */
  flows: 100,
  /** Links of a stream that are looked at for the fields its objects have. */
  sampledLinks: 50,
  /** Faults told of one mapping; a map of values may have thousands. */
  toldFaults: 100,
  /** Values of a field that are offered, or matched, for a map of values. */
  listedValues: 200,
} as const;
