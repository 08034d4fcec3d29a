import type { JsonObject } from '#lib/core/index';

/** What a link says whose object is there, but not in what its stream reads. */
export const leftScope = {
  code: 'sync.left_scope',
  message: 'The object is not in what this stream reads any more; its record is kept.',
};

export const hasLeft = ({ error }: { error: JsonObject | null }): boolean =>
  error?.['code'] === leftScope.code;

/** The same scope, whatever the case of its letters. */
export const isSameScope = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();
