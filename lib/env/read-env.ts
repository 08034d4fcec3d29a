import type { z } from 'zod';
import { HubError } from '#lib/core/index';

/**
 * Parses settings once per process (the result hangs on globalThis, because Next loads a module
 * twice). Throws HubError `env.invalid`, whose message names each wrong setting and the remedy.
 */
export function readEnv<T extends z.ZodType>(
  name: string,
  schema: T,
  source: Record<string, string | undefined> = process.env,
): z.infer<T> {
  const parsed = schema.safeParse(withoutBlanks(source));
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new HubError('env.invalid', `The ${name} cannot start. ${sentences.join('; ')}.`);
}

/** `NAME=` in a file means "not set". */
function withoutBlanks(source: Record<string, string | undefined>) {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
}
