import { z } from 'zod';
import type { DefinedStream } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { taskStates } from '#lib/kinds/index';
import { jsonPath, kindOf, unknownFields } from './definition.ts';

const eventName = z.string().trim().min(1).max(200);

/** What of an event is a record, as people say it in the form; what a stream's scope then is. */
export const eventDefinitionSchema = z.strictObject({
  title: z.string().trim().min(1).max(120),
  /** Names of events that are read; empty: all. */
  events: z.array(eventName).max(50).default([]),
  /** Where the object stands in an event, or the list of them; empty when the event is the object. */
  items: jsonPath,
  id: jsonPath.min(1, 'is missing'),
  /** When the object last changed; without it an event is as new as its arrival. */
  updated_at: jsonPath.nullable().default(null),
  /** What tells that the object is gone. */
  deleted: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('event'), names: z.array(eventName).min(1).max(50) }),
      /** In the object. */
      z.strictObject({
        by: z.literal('value'),
        path: jsonPath.min(1),
        equals: z.string().max(200),
      }),
    ])
    .nullable()
    .default(null),
  /** Canonical field → where it stands in an object. */
  fields: z.record(z.string().max(40), jsonPath.min(1)),
  states: z.record(z.string().max(80), z.enum(taskStates)).default({}),
});
export type EventDefinition = z.infer<typeof eventDefinitionSchema>;

export const readEventDefinition = (scope: JsonObject): EventDefinition =>
  eventDefinitionSchema.parse(scope);

/** Two streams of one connection differ in what they take or where they look for it. */
const keyOf = ({ events, items, id }: EventDefinition): string =>
  `${events.length === 0 ? '*' : events.toSorted().join(',')} ${items}#${id}`.slice(0, 400);

/** Checks what was filled in; every fault names its place in the form. */
export function defineEvents(resource: string, given: JsonObject): DefinedStream {
  const kind = kindOf(resource);
  const read = eventDefinitionSchema.safeParse(given);
  const faults = read.success
    ? unknownFields(kind, read.data)
    : read.error.issues.map(({ path, message }) => ({
        field: ['definition', ...path].join('.'),
        reason: message,
      }));
  if (!read.success || faults.length > 0) {
    throw new HubError('request.invalid', 'The definition cannot be taken as it is.', {
      details: { errors: faults },
    });
  }
  return {
    key: keyOf(read.data),
    title: read.data.title,
    scope: JSON.parse(JSON.stringify(read.data)) as JsonObject,
  };
}
