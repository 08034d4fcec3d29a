import type { JSONValue, Parameter } from 'postgres';
import type { Queryable } from './connect.ts';

/** A jsonb parameter. The driver's type is narrower than what JSON.stringify takes. */
export function json(db: Queryable, value: unknown): Parameter {
  return db.json(value as JSONValue);
}
