import { dueInTurn, type Queryable, type Tx } from '#lib/db/index';
import type { MailOverview, MailRow } from './schema.ts';

export interface NewMail {
  id: string;
  /** Null for a link to sign in by. */
  workspaceId: string | null;
  kind: string;
  recipient: string;
  dedupeKey: string | null;
  deadlineMs: number;
}

/** Answers false when the workspace has queued a mail of this key before. */
export async function insertQueued(
  db: Queryable,
  mail: NewMail,
  envelope: Buffer,
): Promise<boolean> {
  const { count } = await db`
    insert into private.mails (id, workspace_id, kind, recipient, envelope, dedupe_key, deadline_at)
    values (${mail.id}, ${mail.workspaceId}, ${mail.kind}, ${mail.recipient}, ${envelope},
      ${mail.dedupeKey}, ${new Date(mail.deadlineMs).toISOString()})
    on conflict do nothing`;
  return count === 1;
}

/** A mail that is not going to be sent leaves a row that says so, without what it would have said. */
export async function insertSuppressed(
  db: Queryable,
  mail: NewMail,
  code: string,
): Promise<boolean> {
  const { count } = await db`
    insert into private.mails (id, workspace_id, kind, recipient, status, code, dedupe_key, deadline_at, ended_at)
    values (${mail.id}, ${mail.workspaceId}, ${mail.kind}, ${mail.recipient}, 'suppressed', ${code},
      ${mail.dedupeKey}, ${new Date(mail.deadlineMs).toISOString()}, now())
    on conflict do nothing`;
  return count === 1;
}

export interface Pace {
  is_suppressed: boolean;
  to_address: number;
  of_workspace: number;
}

export async function readPace(
  db: Queryable,
  workspaceId: string | null,
  recipient: string,
): Promise<Pace> {
  const [row] = await db<Pace[]>`select * from private.mail_pace(${recipient}, ${workspaceId})`;
  if (!row) throw new Error('mail_pace answers one row');
  return row;
}

export interface DueMail {
  id: string;
  workspace_id: string | null;
}

/** Due mails that no job stands for, workspaces in turn; a job gets `jobMs` to reach its mail. */
export async function takeDue(tx: Tx, limit: number, jobMs: number): Promise<DueMail[]> {
  const due = dueInTurn(tx, {
    table: 'private.mails',
    queue: 'mail',
    workspace: tx`coalesce(t.workspace_id, '00000000-0000-0000-0000-000000000000'::uuid)`,
    may: tx`t.status = 'queued'`,
    at: tx`t.retry_at`,
    also: {
      where: tx`
        and t.deadline_at > now() and (t.enqueued_until is null or t.enqueued_until <= now())
        and (t.lease_until is null or t.lease_until <= now())`,
    },
    limit,
  });
  return tx<DueMail[]>`${due}
    update private.mails m set enqueued_until = now() + make_interval(secs => ${jobMs / 1000})
    from due where m.id = due.id returning m.id, m.workspace_id`;
}

export interface ClaimedMail {
  id: string;
  workspace_id: string | null;
  kind: string;
  recipient: string;
  envelope: Buffer;
  attempts: number;
  lease_epoch: number;
  deadline_at: string;
  created_at: string;
  is_suppressed: boolean;
}

/** Null when it has ended, is not due, or another worker is sending it. */
export async function claimMail(
  db: Queryable,
  id: string,
  leaseMs: number,
): Promise<ClaimedMail | null> {
  const [row] = await db<ClaimedMail[]>`
    update private.mails m set attempts = m.attempts + 1, lease_epoch = m.lease_epoch + 1,
      lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000})
    where m.id = ${id} and m.status = 'queued' and m.retry_at <= clock_timestamp()
      and m.deadline_at > clock_timestamp()
      and (m.lease_until is null or m.lease_until <= clock_timestamp())
    returning m.id, m.workspace_id, m.kind, m.recipient, m.envelope, m.attempts, m.lease_epoch,
      m.deadline_at, m.created_at,
      exists (select 1 from private.mail_suppressions s where s.address = m.recipient) as is_suppressed`;
  return row ?? null;
}

interface Held {
  id: string;
  lease_epoch: number;
}

/** Written by the holder of the lease only. False: the lease had passed to another worker. */
export async function endMail(
  db: Queryable,
  held: Held,
  end: { status: 'sent' | 'failed' | 'suppressed'; code: string | null; detail: string | null },
): Promise<boolean> {
  const { count } = await db`
    update private.mails set status = ${end.status}, code = ${end.code}, detail = ${end.detail},
      envelope = null, lease_until = null, ended_at = now()
    where id = ${held.id} and lease_epoch = ${held.lease_epoch} and status = 'queued'`;
  return count === 1;
}

export async function postponeMail(
  db: Queryable,
  held: Held,
  next: { code: string; detail: string; waitMs: number },
): Promise<boolean> {
  const { count } = await db`
    update private.mails set code = ${next.code}, detail = ${next.detail}, lease_until = null,
      enqueued_until = null, retry_at = now() + make_interval(secs => ${next.waitMs / 1000})
    where id = ${held.id} and lease_epoch = ${held.lease_epoch} and status = 'queued'`;
  return count === 1;
}

/** Whose last worker died after their time had passed. */
export async function endOverdue(db: Queryable, limit: number): Promise<number> {
  const { count } = await db`
    update private.mails set status = 'failed', code = coalesce(code, 'mail.too_late'),
      detail = coalesce(detail, 'It could not be sent in time.'), envelope = null, lease_until = null,
      ended_at = now()
    where id in (
      select id from private.mails
      where status = 'queued' and deadline_at < now() and (lease_until is null or lease_until <= now())
      limit ${limit} for update skip locked)`;
  return count;
}

export async function selectMails(tx: Tx, workspaceId: string, limit: number): Promise<MailRow[]> {
  return tx<MailRow[]>`
    select id, kind, recipient, status, code, detail, attempts, retry_at, created_at, ended_at
    from private.mails where workspace_id = ${workspaceId} order by id desc limit ${limit}`;
}

export async function countMails(tx: Tx, workspaceId: string): Promise<MailOverview['counts']> {
  const rows = await tx<{ status: keyof MailOverview['counts']; n: number }[]>`
    select status, count(*)::int as n from private.mails
    where workspace_id = ${workspaceId} and created_at > now() - interval '1 day' group by status`;
  const counts = { queued: 0, sent: 0, failed: 0, suppressed: 0 };
  for (const { status, n } of rows) counts[status] = n;
  return counts;
}

export async function readLastFailure(tx: Tx): Promise<MailOverview['last_failure']> {
  const [row] = await tx<{ code: string | null; at: string }[]>`
    select code, at from private.last_mail_failure()`;
  return row ?? null;
}

/** Of one statement, so that it holds its locks for milliseconds; the rest goes the next time. */
const dropRows = 10_000;

/** Mails that ended long ago, and those never sent at all sooner: strangers can cause those. */
export async function dropOldMails(db: Queryable): Promise<number> {
  const { count } = await db`
    delete from private.mails where id = any (array(
      select id from private.mails
      where ended_at < now() - interval '30 days'
        or (ended_at < now() - interval '1 day' and status = 'suppressed' and workspace_id is null)
      limit ${dropRows}))`;
  return count;
}
