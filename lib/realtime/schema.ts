import { z } from 'zod';

/**
 * What is sent on `workspace:<id>:<epoch>`. Hints, all of them: the truth is fetched.
 * changes: positions from..to of the change log are new, `ids` the records when there are few.
 * touched: rows of another table changed; without ids the list is fetched again.
 * epoch: this topic has ended; ask for a new token and join the next one.
 */
export const changesSignalSchema = z.object({
  from: z.number().int(),
  to: z.number().int(),
  ids: z.array(z.uuid()).optional(),
});
export type ChangesSignal = z.infer<typeof changesSignalSchema>;

export const touchedTables = [
  'connections',
  'streams',
  'runs',
  'webhook_endpoints',
  'conflicts',
  'push_intents',
  'connection_log',
  'inbox_events',
  'links',
  'sagas',
  'replays',
  'undo_runs',
  'webhook_quarantine',
] as const;
export const touchedSignalSchema = z.object({
  table: z.enum(touchedTables),
  /** For `links`, the ids of records. */
  ids: z.array(z.uuid()).optional(),
});
export type TouchedSignal = z.infer<typeof touchedSignalSchema>;
