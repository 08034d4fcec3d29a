import type { z } from 'zod';

/** A problem+json answer (RFC 9457), or the lack of any answer (status 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: { field: string; reason: string }[];
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(text(body['detail']) ?? text(body['title']) ?? 'The hub did not answer');
    this.name = 'ApiProblem';
    this.status = status;
    this.code = text(body['code']) ?? 'internal.unavailable';
    this.requestId = text(body['request_id']);
    this.errors = faultsOf(body);
    this.body = body;
  }

  /** What is wrong with the first field named, which says more than that something is. */
  get reason(): string {
    return this.errors[0]?.reason ?? this.message;
  }

  /** The same call may succeed in a moment. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Faults by field: a list where the input has the wrong shape, a map where a rule of the business forbids it. */
function faultsOf(body: Record<string, unknown>): { field: string; reason: string }[] {
  const { errors, fields } = body;
  if (Array.isArray(errors)) return errors;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return [];
  return Object.entries(fields).flatMap(([field, reason]) =>
    typeof reason === 'string' ? [{ field, reason }] : [],
  );
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

interface Call<T extends z.ZodType> {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  query?: Record<string, string | number | undefined>;
  json?: unknown;
  schema: T;
  signal?: AbortSignal | undefined;
}

/** One call to /api/v1. Throws ApiProblem; what comes back has the shape the schema says. */
export async function callApi<T extends z.ZodType>(
  path: string,
  call: Call<T>,
): Promise<z.infer<T>> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const search = query.size > 0 ? `?${query}` : '';
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}${search}`, {
      method: call.method ?? 'GET',
      credentials: 'same-origin',
      ...(call.json === undefined
        ? {}
        : { body: JSON.stringify(call.json), headers: { 'content-type': 'application/json' } }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
  } catch (cause) {
    if (call.signal?.aborted) throw cause;
    throw new ApiProblem(0, {
      detail: 'The hub cannot be reached. Your work is kept and tried again.',
    });
  }
  if (answer.status === 204) return call.schema.parse(undefined);
  const body: unknown = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiProblem(answer.status, (body ?? {}) as Record<string, unknown>);
  return call.schema.parse(body);
}
