import { type JsonObject, newId } from '#lib/core/index';
import { json, type Queryable } from '#lib/db/index';
import type { AuditRow } from './schema.ts';

export interface AuditEntry {
  workspaceId: string;
  actorId: string | null;
  /** `room.verb`, past tense: `members.role_changed`. */
  action: string;
  /** The id or the e-mail the act was about. */
  subject?: string | null;
  /** Never a secret: every member reads it. */
  details?: JsonObject;
}

/** Written in the transaction of the act it tells of, so neither exists without the other. */
export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db`
    insert into public.audit_log (id, workspace_id, actor_id, action, subject, details)
    values (${newId()}, ${entry.workspaceId}, ${entry.actorId}, ${entry.action},
      ${entry.subject ?? null}, ${json(db, entry.details ?? {})})`;
}

/** What concerns the whole installation stands in the log of each workspace. */
export async function writeAuditEverywhere(
  db: Queryable,
  entry: Omit<AuditEntry, 'workspaceId'>,
): Promise<void> {
  const places = await db<{ id: string }[]>`select id from public.workspaces order by id`;
  for (const { id } of places) await writeAudit(db, { ...entry, workspaceId: id });
}

/**
 * For what may be found again and again (a value that does not open): one row an hour for each
 * action and subject, so that a storm is not a flood of the log.
 */
export async function writeAuditHourly(
  db: Queryable,
  entry: Omit<AuditEntry, 'actorId'> & { subject: string },
): Promise<void> {
  await db`
    select private.audit_hourly(${newId()}, ${entry.workspaceId}, ${entry.action}, ${entry.subject},
      ${json(db, entry.details ?? {})})`;
}

/** Newest first, from before `beforeId`. The actor is null once they have left the workspace. */
export async function listAudit(
  db: Queryable,
  page: { workspaceId: string; beforeId: string | null; limit: number },
): Promise<AuditRow[]> {
  return db<AuditRow[]>`
    select a.id, a.action, a.subject, a.details, a.at,
      case when u.id is null then null
        else jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'image', u.image) end as actor
    from public.audit_log a left join public.users u on u.id = a.actor_id
    where a.workspace_id = ${page.workspaceId}
      and (${page.beforeId}::uuid is null or a.id < ${page.beforeId}::uuid)
    order by a.id desc limit ${page.limit}`;
}
