import type { JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';

/**
 * Whether an object can be the one that was sent: its words are those. Lists and choices are not
 * compared, robots of the service change them within seconds. Both in the service's terms. Pure.
 */
export function looksAsSent(kind: Kind, sent: JsonObject, shown: JsonObject): boolean {
  const words = Object.keys(sent).filter((field) => {
    const { comparator } = fieldRule(kind, field);
    return comparator === 'line' || comparator === 'text';
  });
  return (
    words.length > 0 &&
    words.every((field) =>
      fieldsEqual(fieldRule(kind, field).comparator, shown[field], sent[field]),
    )
  );
}

export interface SentCreation {
  id: string;
  sent: JsonObject;
}

/**
 * New objects of a stream that are what was just sent there, by the object's id. Only where one fits
 * one: of two that look the same it is left to the service's answer to say which is which. Pure.
 */
export function matchCreated(
  kind: Kind,
  underWay: readonly SentCreation[],
  objects: readonly { externalId: string; fields: JsonObject }[],
): Map<string, string> {
  const pairs = objects.flatMap(({ externalId, fields }) =>
    underWay
      .filter(({ sent }) => looksAsSent(kind, sent, fields))
      .map(({ id }) => ({ externalId, id })),
  );
  const times = (of: 'externalId' | 'id', value: string) =>
    pairs.filter((pair) => pair[of] === value).length;
  const clear = pairs.filter(
    (pair) => times('externalId', pair.externalId) === 1 && times('id', pair.id) === 1,
  );
  return new Map(clear.map(({ externalId, id }) => [externalId, id]));
}
