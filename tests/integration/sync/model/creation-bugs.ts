import type { Bug } from './bugs.ts';
import { intercept, mapRows } from './intercept.ts';
import type { ModelDatabase } from './model-database.ts';

/** A call is made without a row that says so. */
const noIntent = (): Bug => ({
  db: (living) =>
    intercept(
      living,
      (text) => text.includes("set state = 'sending'"),
      () => Promise.resolve([{ sent_at: new Date().toISOString() }]),
    ),
});

/** An object that was just asked for is a new one, and belongs to whoever saw it first. */
const noMatch = (): Bug => ({
  db: (living) =>
    mapRows(
      intercept(
        living,
        (text) => text.includes('select id, record_id, sent from public.creations'),
        () => Promise.resolve([]),
      ),
      (text) => text.includes('as is_stray'),
      (row) => ({ ...row, is_stray: false }),
    ),
});

/** What was made here is news like any other, and is made at the other sides at once. */
const echoes = (): Bug => ({
  db: (living) =>
    intercept(
      living,
      (text) => text.includes('select id, record_id, sent from public.creations'),
      () => Promise.resolve([]),
    ),
});

/** A call whose answer was lost is made again, whatever came of it. */
const blindRetry = (): Bug => ({
  api: (living) => ({ ...living, findCreated: () => Promise.resolve([]) }),
});

/** A deletion of what was owed, done while its call is under way, forgets that there was a call. */
const forgetsCalls = (): Bug => ({
  db: (living) =>
    mapRows(
      living,
      (text) => text.includes('as called_age_ms'),
      (row) => ({ ...row, state: 'owed' }),
    ),
});

export const creationBugs = { noIntent, noMatch, echoes, blindRetry, forgetsCalls };
export type CreationBug = keyof typeof creationBugs;

/** Nobody waits to see whether a new object is one that was just asked for. Answers how to heal it. */
export async function mayCreateAlways({ admin }: ModelDatabase): Promise<() => Promise<void>> {
  const [row] = await admin<{ source: string }[]>`
    select pg_get_functiondef('private.may_create'::regproc) as source`;
  await admin.unsafe(`create or replace function private.may_create(owed public.creations) returns boolean
    language sql stable as $$ select true $$`);
  return async () => {
    await admin.unsafe(row?.source ?? '');
  };
}
