import type { Json } from '#lib/core/index';

/** A call a connector wants made. `path` is relative to the connection's API base URL. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string | number | undefined>;
  json?: Json;
  /** Sent as application/x-www-form-urlencoded, in place of JSON. */
  form?: Readonly<Record<string, string>>;
  headers?: Record<string, string>;
  /** A call that may be repeated without a second effect. GET always may. */
  isIdempotent?: boolean;
  /** Conditional GET: the answer may be 304 with an empty body. */
  etag?: string;
  /**
   * A GET whose answer may be kept and asked for by its ETag the next time; the caller sees the same
   * answer as ever. For lists that seldom change and hold no secret; never for what changes by itself.
   */
  isKeepable?: boolean;
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or null for an empty body. */
  json: unknown;
  etag: string | null;
  /** The service's clock minus ours, in milliseconds, from the Date header; null without one. */
  clockOffsetMs: number | null;
}

/**
 * Answers 2xx and 304; everything else is thrown as a HubError mapped by the connector's
 * `toError`, and a 2xx in which its `findFault` sees one likewise. Bodies are capped by limits.providerBodyBytes.
 */
export interface ProviderHttp {
  send(request: HttpRequest): Promise<HttpAnswer>;
}
