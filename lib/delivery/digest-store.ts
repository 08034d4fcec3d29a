import { newId } from '#lib/core/index';
import type { Queryable, Tx } from '#lib/db/index';
import type { DigestFacts } from './digest-state.ts';

interface At {
  workspaceId: string;
  subscriptionId: string;
}

/** The same delivery is one line, however often it is tried. */
export async function insertDigestLine(
  db: Queryable,
  at: At,
  line: { deliveryId: string; position: number; text: string; url: string | null },
): Promise<void> {
  await db`
    insert into private.digest_lines (subscription_id, delivery_id, workspace_id, position, text, url)
    values (${at.subscriptionId}, ${line.deliveryId}, ${at.workspaceId}, ${line.position},
      ${line.text}, ${line.url})
    on conflict do nothing`;
}

export interface WaitingDigest extends DigestFacts, At {
  nowMs: number;
}

/**
 * Subscriptions with lines that wait, workspaces in turn: one that may send no more today stands before
 * nobody. Those of paused and disabled ones wait with them.
 */
export async function selectWaitingDigests(db: Queryable, rows: number): Promise<WaitingDigest[]> {
  const found = await db<
    {
      workspace_id: string;
      subscription_id: string;
      now_ms: number;
      oldest_ms: number;
      sent: number[];
    }[]
  >`
    select l.workspace_id, l.subscription_id,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms,
      (extract(epoch from min(l.created_at)) * 1000)::float8 as oldest_ms,
      array(select (extract(epoch from m.at) * 1000)::float8 from private.digest_mails m
        where m.workspace_id = l.workspace_id and m.subscription_id = l.subscription_id
          and m.at > now() - interval '1 hour') as sent
    from private.digest_lines l
    join public.subscriptions s on s.workspace_id = l.workspace_id and s.id = l.subscription_id
    where s.status = 'active' and s.deleted_at is null
    group by l.workspace_id, l.subscription_id
    order by row_number() over (partition by l.workspace_id order by min(l.created_at)), oldest_ms
    limit ${rows}`;
  return found.map((row) => ({
    workspaceId: row.workspace_id,
    subscriptionId: row.subscription_id,
    nowMs: row.now_ms,
    oldestMs: row.oldest_ms,
    sentMs: row.sent,
  }));
}

export interface DigestSubscription {
  name: string;
  config: unknown;
  workspace: { name: string; slug: string };
}

/** Locked for the rest of the transaction; null when somebody else has it, or it is not active. */
export async function lockDigest(tx: Tx, at: At): Promise<DigestSubscription | null> {
  const [row] = await tx<
    { name: string; config: unknown; workspace_name: string; workspace_slug: string }[]
  >`
    select s.name, s.config, w.name as workspace_name, w.slug as workspace_slug
    from public.subscriptions s join public.workspaces w on w.id = s.workspace_id
    where s.workspace_id = ${at.workspaceId} and s.id = ${at.subscriptionId}
      and s.status = 'active' and s.deleted_at is null
    for no key update of s skip locked`;
  if (!row) return null;
  const { name, config, workspace_name, workspace_slug } = row;
  return { name, config, workspace: { name: workspace_name, slug: workspace_slug } };
}

export interface DigestLine {
  text: string;
  url: string | null;
}

/** Takes away all that wait, in the order of the log. */
export async function takeDigestLines(tx: Tx, at: At): Promise<DigestLine[]> {
  return tx<DigestLine[]>`
    with gone as (
      delete from private.digest_lines
      where workspace_id = ${at.workspaceId} and subscription_id = ${at.subscriptionId}
      returning delivery_id, text, url, position)
    select text, url from gone order by position, delivery_id`;
}

/** Answers the id of the digest. */
export async function noteDigestMail(tx: Tx, at: At): Promise<string> {
  const id = newId();
  await tx`
    insert into private.digest_mails (id, workspace_id, subscription_id)
    values (${id}, ${at.workspaceId}, ${at.subscriptionId})`;
  await tx`
    delete from private.digest_mails
    where workspace_id = ${at.workspaceId} and subscription_id = ${at.subscriptionId}
      and at < now() - interval '1 hour'`;
  return id;
}
