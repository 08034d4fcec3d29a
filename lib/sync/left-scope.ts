import type { JsonObject } from '#lib/core/index';
import { type Link, leftScopeCode } from '#lib/records/schema';

/** What a link says whose object is there, but not in what its stream reads. */
export const leftScope = {
  code: leftScopeCode,
  message: 'The object is not in what this stream reads any more; its record is kept.',
};

export const hasLeft = ({ error }: { error: JsonObject | null }): boolean =>
  error?.['code'] === leftScope.code;

/** Its object is known to be there and nowhere we look. */
export const isOutside = (link: { state: Link['state']; error: JsonObject | null }): boolean =>
  link.state === 'inaccessible' && hasLeft(link);

/** The same scope, whatever the case of its letters. */
export const isSameScope = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();
