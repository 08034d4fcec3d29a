/**
 * Every bound that more than one room must agree on. A room's own bounds stand in that room.
 * Names end in their unit.
 */
export const limits = {
  /** A webhook body; above it the answer is 413 before a byte is parsed. */
  webhookBodyBytes: 1_048_576,
  /** A request to /api/v1. */
  apiBodyBytes: 262_144,
  /** A request passed on to a service, and an answer that is not streamed. */
  proxyBodyBytes: 1_048_576,
  /** Nesting of any JSON we accept. */
  jsonDepth: 64,
  /** A provider's delivery id or event name; longer ones are refused. */
  deliveryIdChars: 255,
  /** Rows of one page, anywhere. */
  pageRows: 200,
  pageRowsDefault: 50,
  /** Ids carried by one realtime message; above it readers ask the change log. */
  signalIds: 50,
  /** An answer of a provider, unpacked. */
  providerBodyBytes: 8_388_608,
  /** Objects read of a provider in one call. */
  readMany: 50,
  /** Field sizes of a canonical record. */
  titleChars: 1_024,
  bodyChars: 262_144,
  setItems: 100,
  setItemChars: 256,
} as const;
