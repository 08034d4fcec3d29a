/**
 * db: clients of PostgreSQL and the three ways to use one.
 *
 * - `connect`: a pool for one login. It may stand behind a transaction pooler, so there are no named
 *   prepared statements and no session state; whatever must last is a row.
 * - `transaction`: the unit of work. What belongs together is written inside one.
 * - `asUser`: a transaction as `hub_user` with the member's claims, so that row security decides.
 * - `wake`: tells the worker that a row is due; it travels with the commit and may be lost, because
 *   the worker also looks by itself.
 *
 * bigint arrives as number (our counters stay below 2^53), timestamptz as ISO 8601 text in UTC with
 * milliseconds, bytea as Buffer, jsonb parsed. Never holds SQL of a room: that is its store.ts.
 */
import 'server-only';

export { asUser, type Claims } from './as-user.ts';
export { type ConnectOptions, connect, type Db, type Queryable, type Tx } from './connect.ts';
export { type DueRows, dueInTurn, type Fragment, jobsAhead } from './due-in-turn.ts';
export { json } from './json.ts';
export { isUnavailable, pgErrorCode } from './pg-error.ts';
export { isDriverFault, surviveDriverFaults } from './survive-driver-faults.ts';
export { transaction } from './transaction.ts';
export { type WorkName, wake, workChannel } from './wake.ts';
