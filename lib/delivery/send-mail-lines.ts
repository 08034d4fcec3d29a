import { isHubError } from '#lib/core/index';
import { type Db, isUnavailable, type Tx, transaction } from '#lib/db/index';
import { judgeRecipient, type MailDesk, sendMail } from '#lib/mail/index';
import { captureError, type Logger } from '#lib/observability/index';
import { digestDueMs, digestLines, invalidAddress, judgeRecipients } from './digest-state.ts';
import {
  type DigestSubscription,
  insertDigestLine,
  lockDigest,
  noteDigestMail,
  selectWaitingDigests,
  takeDigestLines,
} from './digest-store.ts';
import { readMessageContext } from './message-store.ts';
import { renderTemplate, textMedium } from './render-template.ts';
import { configSchemas } from './schema.ts';
import type { Sender } from './sender.ts';
import { disableSubscription } from './settle-store.ts';
import { parseTemplate } from './template.ts';
import { defaultTemplates, templateValues } from './template-values.ts';

export interface MailSenderDeps {
  db: Db;
  desk: MailDesk;
  /** Where this hub is reached. */
  origin: string;
  log: Logger;
}

/** Subscriptions one sweep looks at. */
const digestsAtOnce = 200;

/**
 * A change becomes a line that waits for its mail; that it is delivered means that it will be told
 * by the next one. Mails are queued by `sendDigests`.
 */
export function mailSender({ db, desk, origin }: Omit<MailSenderDeps, 'log'>): Sender {
  return {
    kind: 'mail',
    send: async (delivery, { id, name, config }) => {
      const settings = configSchemas.mail.safeParse(config);
      if (!settings.success) {
        const reason = 'Its settings cannot be read.';
        return { type: 'refused', code: 'delivery.config_invalid', reason };
      }
      if (desk.transport === null) {
        const reason = 'Mail is not set up on this installation.';
        return { type: 'retry', code: 'mail.not_configured', reason };
      }
      const context = await readMessageContext(db, { ...delivery, name });
      const values = templateValues(delivery, context, origin);
      const template = parseTemplate(settings.data.template ?? defaultTemplates.mail);
      await insertDigestLine(
        db,
        { workspaceId: delivery.workspaceId, subscriptionId: id },
        {
          deliveryId: delivery.id,
          position: delivery.position,
          text: renderTemplate(template, values, textMedium),
          url: delivery.url,
        },
      );
      return { type: 'delivered' };
    },
  };
}

/**
 * Turns lines that waited long enough into mails; answers how many subscriptions had one. One that
 * fails is told and delays no other.
 */
export async function sendDigests(deps: MailSenderDeps): Promise<number> {
  if (deps.desk.transport === null) return 0;
  let sent = 0;
  for (const waiting of await selectWaitingDigests(deps.db, digestsAtOnce)) {
    if (digestDueMs(waiting) > waiting.nowMs) continue;
    try {
      if (await sendDigest(deps, waiting)) sent += 1;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      captureError(deps.log, error, 'A digest could not be sent');
    }
  }
  return sent;
}

/** The lines go in the transaction that queues the mails: each is told once, whoever dies where. */
function sendDigest(
  { db, desk, origin }: MailSenderDeps,
  at: { workspaceId: string; subscriptionId: string },
): Promise<boolean> {
  return transaction(db, async (tx) => {
    const subscription = await lockDigest(tx, at);
    const settings = configSchemas.mail.safeParse(subscription?.config);
    if (!subscription || !settings.success) return false;
    const { workspaceId } = at;
    const recipients = await Promise.all(
      settings.data.to.map(async (to) => ({
        to,
        refusal: await refusalOf(tx, { workspaceId, to }),
      })),
    );
    const verdict = judgeRecipients(recipients);
    if (verdict.do === 'disable') {
      await disableSubscription(tx, { workspaceId, id: at.subscriptionId }, verdict);
      return false;
    }
    if (verdict.do === 'wait') return false;
    const lines = await takeDigestLines(tx, at);
    if (lines.length === 0) return false;
    // Not by its lines: a delivery somebody sends again is to be told again.
    const digestId = await noteDigestMail(tx, at);
    const message = messageOf(subscription, settings.data.subject ?? null, lines, origin);
    for (const to of verdict.to) {
      await sendMail(tx, desk, {
        workspaceId,
        to,
        message,
        dedupeKey: `digest:${digestId}:${to}`.slice(0, 200),
      });
    }
    return true;
  });
}

/** Settings take addresses that mail does not. */
async function refusalOf(tx: Tx, at: { workspaceId: string; to: string }): Promise<string | null> {
  try {
    return await judgeRecipient(tx, at);
  } catch (error) {
    if (isHubError(error) && error.code === 'request.invalid') return invalidAddress;
    throw error;
  }
}

const messageOf = (
  { name, workspace }: DigestSubscription,
  subject: string | null,
  lines: readonly { text: string; url: string | null }[],
  origin: string,
) => ({
  kind: 'changes' as const,
  url: `${origin}/w/${workspace.slug}/records`,
  workspace: workspace.name,
  subscription: name,
  subject,
  changes: lines.slice(0, digestLines).map(({ text, url }) => ({ text, url })),
  more: Math.max(0, lines.length - digestLines),
});
