import type { Queryable } from '#lib/db/index';
import type { InboxFilter } from './schema.ts';

/** Conditions an index answers: rows that do not meet them are not even looked at. */
export const indexed = (db: Queryable, filter: InboxFilter) => db`
  ${filter.from ? db`and e.id >= private.first_id_at(${filter.from}::timestamptz)` : db``}
  ${filter.to ? db`and e.id < private.first_id_at(${filter.to}::timestamptz)` : db``}
  ${filter.status ? db`and e.status = ${filter.status}` : db``}
  ${filter.status === 'dead' && filter.reason ? db`and e.reason = ${filter.reason}` : db``}
  ${filter.parent_id ? db`and e.parent_id = ${filter.parent_id}` : db``}`;

/** The others: rows are looked at one by one, as many as the caller allows. */
export const looked = (db: Queryable, filter: InboxFilter) => db`
  ${filter.connection_id ? db`and e.connection_id = ${filter.connection_id}` : db``}
  ${filter.connector ? db`and e.connector = ${filter.connector}` : db``}
  ${filter.endpoint_id ? db`and e.endpoint_id = ${filter.endpoint_id}` : db``}
  ${filter.event ? db`and e.event = ${filter.event}` : db``}
  ${filter.verdict ? db`and e.verdict = ${filter.verdict}` : db``}
  ${filter.reason ? db`and e.reason = ${filter.reason}` : db``}
  ${
    filter.text
      ? db`and (strpos(lower(e.delivery_id), lower(${filter.text})) > 0
          or strpos(lower(e.event), lower(${filter.text})) > 0)`
      : db``
  }`;

/** With these alone every row that is read is one of the page. */
const bounds = new Set(['from', 'to', 'parent_id']);

/** Whether a page can need more than its own rows. */
export const isLooking = (filter: InboxFilter): boolean =>
  Object.entries(filter).some(([name, value]) => value !== undefined && !bounds.has(name));
