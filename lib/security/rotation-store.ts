import type { Queryable, Tx } from '#lib/db/index';
import type { KeyClass, KeyHolder, KeyUse, Rotation } from './schema.ts';

/** A process that gave no sign for so long is gone; it renews its row three times in this time. */
export const holderSeconds = 30;

export interface HolderRow {
  holder: string;
  class: KeyClass;
  keyIds: readonly string[];
}

export async function putHolder(db: Queryable, row: HolderRow): Promise<void> {
  await db`
    insert into private.key_holders (holder, class, present_key, opens)
    values (${row.holder}, ${row.class}, ${row.keyIds[0] ?? ''}, ${[...row.keyIds]})
    on conflict (holder) do update set seen_at = now(), opens = excluded.opens`;
  await db`
    delete from private.key_holders where seen_at < now() - make_interval(secs => ${holderSeconds * 10})`;
}

export async function dropHolder(db: Queryable, holder: string): Promise<void> {
  await db`delete from private.key_holders where holder = ${holder}`;
}

/** Whether another living process of the class seals to another key than this one. */
export async function hasDissent(db: Queryable, row: HolderRow): Promise<boolean> {
  const [found] = await db`
    select 1 from private.key_holders where class = ${row.class}
      and present_key <> ${row.keyIds[0] ?? ''}
      and seen_at > now() - make_interval(secs => ${holderSeconds}) limit 1`;
  return found !== undefined;
}

/** False when one to this key is under way already. */
export async function beginRotation(
  tx: Tx,
  rotation: { id: string; class: KeyClass; keyId: string; total: number },
): Promise<boolean> {
  await tx`
    update private.key_rotations set status = 'superseded', finished_at = now(), updated_at = now()
    where class = ${rotation.class} and status = 'running' and key_id <> ${rotation.keyId}`;
  const { count } = await tx`
    insert into private.key_rotations (id, class, key_id, total)
    values (${rotation.id}, ${rotation.class}, ${rotation.keyId}, ${rotation.total})
    on conflict do nothing`;
  return count === 1;
}

/** Counted in the transaction that seals, so a kill between the two is not possible. */
export async function countDone(
  tx: Tx,
  at: { class: KeyClass; keyId: string; done: number },
): Promise<void> {
  await tx`
    update private.key_rotations set done = done + ${at.done}, updated_at = now(),
      total = greatest(total, done + ${at.done})
    where class = ${at.class} and key_id = ${at.keyId} and status = 'running'`;
}

/** What it came to, for the one who ended it; null when none was under way. */
export async function endRotation(
  tx: Tx,
  at: { class: KeyClass; keyId: string; refused: number },
): Promise<number | null> {
  const [ended] = await tx<{ total: number }[]>`
    update private.key_rotations set status = 'done', finished_at = now(), updated_at = now(),
      refused = ${at.refused}, total = done + ${at.refused}
    where class = ${at.class} and key_id = ${at.keyId} and status = 'running' returning total`;
  return ended?.total ?? null;
}

/** Values the last finished rotation to this key left as they were. */
export async function lastRefused(
  db: Queryable,
  at: { class: KeyClass; keyId: string },
): Promise<number> {
  const [row] = await db<{ refused: number }[]>`
    select refused from private.key_rotations
    where class = ${at.class} and key_id = ${at.keyId} and status = 'done'
    order by started_at desc limit 1`;
  return row?.refused ?? 0;
}

/** The newest of each class. */
export async function selectRotations(db: Queryable): Promise<Rotation[]> {
  return db<Rotation[]>`
    select distinct on (class) class, key_id, status, total, done, refused, started_at, updated_at, finished_at
    from private.key_rotations order by class, started_at desc`;
}

export async function selectHolders(db: Queryable): Promise<KeyHolder[]> {
  return db<KeyHolder[]>`
    select class, present_key, opens, count(*)::int as processes
    from private.key_holders where seen_at > now() - make_interval(secs => ${holderSeconds})
    group by class, present_key, opens order by class, present_key`;
}

export async function selectKeyUse(db: Queryable): Promise<KeyUse[]> {
  return db<KeyUse[]>`
    select class, part, key_id, sealed::int as sealed from private.sealed_key_use()`;
}
