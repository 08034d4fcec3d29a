import { isHubError } from '#lib/core/index';
import { pgErrorCode } from '#lib/db/index';

/**
 * The code dead events are grouped by: of a fault with a name its code, of what the database refused
 * the class of its refusal, of what a connector could not read the kind of error. Never a value of the
 * event, so that there are few groups however many events.
 */
export function reasonOf(error: unknown, otherwise: string): string {
  if (isHubError(error)) return error.code;
  const state = pgErrorCode(error);
  if (state !== null && /^[0-9A-Z]{5}$/.test(state)) return `database.${state.slice(0, 2)}`;
  if (error instanceof Error && kinds.has(error.name)) return `connector.${snake(error.name)}`;
  return otherwise;
}

/** Names errors of the language and of validation have; anything else may be named by chance. */
const kinds = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ZodError']);

const snake = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
