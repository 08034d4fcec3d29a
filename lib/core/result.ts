import type { HubError } from './hub-error.ts';

/** What is expected to fail is returned; exceptions are for broken invariants. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: HubError };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const err = (error: HubError): { ok: false; error: HubError } => ({ ok: false, error });
