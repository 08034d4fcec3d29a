/** Bounds of making objects. Names end in their unit. */
export const createLimits = {
  /** The calls and what is written around them. */
  leaseMs: 75_000,
  callMs: 50_000,
  /** A call of unknown outcome may still take effect this long after it; it is not repeated before. */
  settleMs: 15_000,
  /** A child waits this long for its parent to be made, looking this often; then it is made without. */
  parentWaitMs: 900_000,
  parentLookMs: 10_000,
  /** Ancestors looked at to find a circle of parents. */
  ancestors: 20,
  /** A flow or stream that does not make anything just now is looked at again. */
  restMs: 5_000,
  /** Owed to one stream within this time, in no plan: more than so many, and than this share, and a person is asked. */
  massWindowMs: 600_000,
  massRows: 50,
  massShare: 0.1,
  /** Creations of one stream an unknown object is compared with. */
  comparedRows: 500,
  /** Refused ones that one look asks whether their record has changed since; the next goes on there. */
  lookedRows: 1_000,
} as const;
