import type { Outgoing } from './outgoing.ts';

/** Statuses whose Response must not have a body (Fetch standard, "null body status"). */
const bodiless = new Set([101, 103, 204, 205, 304]);

/**
 * `fetch` over the guard, for libraries that want one. Only what such a library uses: method,
 * headers, a text or form body, a signal. Redirects are returned, not followed.
 */
export function outgoingFetch(
  outgoing: Outgoing,
  bounds: { timeoutMs: number; maxBytes: number },
): (url: string, init: FetchInit) => Promise<Response> {
  return async (url, init) => {
    const answer = await outgoing.send({
      ...bounds,
      url,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.body === undefined || init.body === null
        ? {}
        : { body: typeof init.body === 'string' ? init.body : textOf(init.body) }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    const headers = new Headers(answer.headers);
    headers.delete('content-encoding');
    headers.delete('content-length');
    return new Response(bodiless.has(answer.status) ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers,
    });
  };
}

export interface FetchInit {
  method?: string | undefined;
  headers?: HeadersInit | undefined;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

function textOf(body: unknown): string | Uint8Array {
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof Uint8Array) return body;
  throw new TypeError('Only text, form and byte bodies are sent');
}
