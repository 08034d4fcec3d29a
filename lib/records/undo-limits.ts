/** Bounds of taking back many changes. Names end in their unit. */
export const undoLimits = {
  /** Records of one step, which is one transaction. */
  stepRecords: 20,
  /** Records judged for a preview; their shares stand for the others. */
  previewRecords: 1_000,
  sampleRecords: 10,
  /** Undos of one workspace under way: each has its turn, so many of one would stand before all others. */
  activeRuns: 10,
  /** Records that were not wholly taken back and are kept by name. */
  notedRecords: 500,
  shownNotes: 200,
  /** Between two looks at what services were asked for, and how long they are waited for. */
  askAgainMs: 1_000,
  askMs: 900_000,
} as const;
