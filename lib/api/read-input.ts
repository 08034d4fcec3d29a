import type { z } from 'zod';
import { HubError } from '#lib/core/index';

interface FieldError {
  field: string;
  reason: string;
}

/** At most this many faults are named; more would only repeat themselves. */
const namedFaults = 20;

function invalid(errors: FieldError[]): HubError {
  const [first] = errors;
  const detail = first ? `${first.field}: ${first.reason}` : undefined;
  return new HubError('request.invalid', detail, {
    details: { errors: errors.slice(0, namedFaults).map((error) => ({ ...error })) },
  });
}

/** Parses one part of a request; `where` names the part when the fault has no path. */
export function parsePart(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.map((issue) => ({
      field: issue.path.map(String).join('.') || where,
      reason:
        issue.code === 'unrecognized_keys'
          ? `does not know ${issue.keys.join(', ')}`
          : issue.message,
    })),
  );
}

/** A parameter given twice has no one meaning and is refused. */
export function queryObject(search: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of search) {
    if (Object.hasOwn(query, name)) throw invalid([{ field: name, reason: 'is given twice' }]);
    if (value.includes('\0')) throw new HubError('request.unstorable_text');
    query[name] = value;
  }
  return query;
}

/** What a route without a query or body schema must not be sent. */
export function refuseExtra(value: Record<string, string> | null, where: string): void {
  const [name] = Object.keys(value ?? {});
  if (name !== undefined) throw invalid([{ field: where, reason: `does not know ${name}` }]);
}
