import type { JsonObject } from '#lib/core/index';

/**
 * What a stream's rules make of the fields of its objects, both ways. Without rules every field has
 * its own name and value there.
 */
export interface Sight {
  /** What the service has, in record terms. `local` is what the record has. */
  toRecord(fields: JsonObject, local: JsonObject): JsonObject;
  /** What the record has, in the service's terms. */
  toService(fields: JsonObject): JsonObject;
  /** Whether a change there reaches the record. */
  reads(field: string): boolean;
  /** Of the fields the connector can write, those of the record that travel there. */
  writes(writable: readonly string[]): readonly string[];
}

export const plainSight: Sight = {
  toRecord: (fields) => fields,
  toService: (fields) => fields,
  reads: () => true,
  writes: (writable) => writable,
};

/** How each of the streams is seen, by its id. */
export type Sights = (streamId: string) => Sight;
