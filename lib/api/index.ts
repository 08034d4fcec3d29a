/**
 * api: the one API of the hub, /api/v1, for pages and programs alike.
 *
 * Invariants
 * - A route is a contract (who may, about what, what goes in, what comes out) and one call into
 *   hub/web. The same contract parses, checks roles, documents and tests it.
 * - Every refusal is a problem (RFC 9457) with a code of core's table; what the caller may not see
 *   is answered exactly as what does not exist.
 * - Writes come from this hub's own pages and carry strict JSON; nothing is read past a limit.
 * Never holds SQL, a rule of business, or a secret.
 */
import 'server-only';

export type { Route } from './contract.ts';
export { type Api, createApi } from './create-api.ts';
export { type Guards, guards } from './guards.ts';
export { problemResponse } from './problem.ts';
export { routes } from './routes/index.ts';
