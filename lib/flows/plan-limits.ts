/** Bounds of making and carrying out plans. Names end in their unit. */
export const planLimits = {
  /** Due plans turned into jobs by one sweep. */
  sweepRows: 50,
  /** A job not begun by then is sent again. */
  queueLeaseMs: 15_000,
  /** A step not finished by then may be taken over; the beat extends it. */
  leaseMs: 8_000,
  beatMs: 2_500,
  /** A plan gives way to other work after this long and queues again. */
  sliceMs: 20_000,
  /** Failures in a row, without a step between them, before a plan fails. */
  attempts: 8,
  /** How often a side that is being read is looked at again, and until when it is waited for. */
  readPauseMs: 1_000,
  readMostMs: 600_000,
  /** Records of one step while they are gathered, and while they are matched. */
  gatheredRecords: 500,
  matchedRecords: 200,
  /** The same where they are matched by long texts, which are read whole. */
  gatheredTexts: 50,
  /** Joins whose records are read whole at one time. */
  readJoins: 25,
  /** Rows carried out in one transaction. */
  executedRows: 20,
  /** Records found since the plan was made that it names; the next plan finds them all. */
  namedNewcomers: 1_000,
  /** Of what is shown: titles, reasons, and values of differences. */
  titleChars: 300,
  reasonChars: 500,
  valueChars: 300,
} as const;
