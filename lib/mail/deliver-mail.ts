import { z } from 'zod';
import { type Clock, isHubError, type JsonObject } from '#lib/core/index';
import { type Db, isUnavailable, type Tx, transaction } from '#lib/db/index';
import { counter, type Logger } from '#lib/observability/index';
import { type Opener, redact } from '#lib/security/index';
import { type Mailbox, oneLine } from './address.ts';
import { openContent } from './mail-envelope.ts';
import { type NextState, nextState } from './mail-state.ts';
import { type ClaimedMail, claimMail, endMail, postponeMail, takeDue } from './mail-store.ts';
import { insertSuppression } from './suppression-store.ts';
import type { SendOutcome, Transport } from './transport.ts';

/** A send ends before this; the lease outlasts it, so that a live worker never loses its own. */
const sendMs = 45_000;
const leaseMs = 75_000;
/** A job gets this long to reach its mail before another one is made. */
const jobMs = 30_000;
const dueRows = 50;
/** While PostgreSQL restarts, what is known of a mail is known here only. */
const settleMs = 20_000;
const settleEveryMs = 200;
const detailChars = 400;

const mails = counter('patchbay_mails_total', 'Tries to send a mail, by transport and outcome', [
  'transport',
  'outcome',
]);

export interface DeliveryDeps {
  /** As patchbay_worker. */
  db: Db;
  opener: Opener;
  /** Null: mail is not set up, and what is queued waits for its time to pass. */
  transport: Transport | null;
  from: Mailbox;
  clock: Clock;
  log: Logger;
}

/** What turns rows into jobs: the queue's `send`. */
export interface MailJobs {
  send(
    tx: Tx,
    name: 'mail',
    jobs: { payload: JsonObject; key: string; workspaceId: string | null }[],
  ): Promise<void>;
}

/** Turns due mails into jobs within the caller's transaction; answers how many. */
export async function enqueueDueMails(tx: Tx, queue: MailJobs): Promise<number> {
  const due = await takeDue(tx, dueRows, jobMs);
  const jobs = due.map(({ id, workspace_id: workspaceId }) => ({
    payload: { mail_id: id },
    key: id,
    workspaceId,
  }));
  await queue.send(tx, 'mail', jobs);
  return due.length;
}

const jobSchema = z.object({ mail_id: z.uuid() });

/**
 * Sends one mail, if it is still to be sent and nobody else is sending it.
 *
 * A worker that dies after the server took the mail and before the row says so leaves it queued; it
 * is then sent once more, with the same Message-ID. That window cannot be closed from this side with
 * SMTP; a service that takes an idempotency key closes it.
 */
export async function deliverMail(
  deps: DeliveryDeps,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const { mail_id: id } = jobSchema.parse(payload);
  const mail = await claimMail(deps.db, id, leaseMs);
  if (!mail) return;
  if (mail.is_suppressed) {
    const end = { status: 'suppressed', code: 'mail.address_disabled', detail: null } as const;
    await endMail(deps.db, mail, end);
    return;
  }
  let outcome: SendOutcome;
  try {
    outcome = await attempt(deps, mail, signal);
  } catch (error) {
    // Stopped in the middle: whether it went out is not known, so the lease runs out by itself.
    if (signal.aborted) return;
    throw error;
  }
  const state = nextState(outcome, {
    attempts: mail.attempts,
    nowMs: deps.clock.now(),
    deadlineMs: Date.parse(mail.deadline_at),
    random: deps.clock.random(),
  });
  mails.inc({ transport: deps.transport?.name ?? 'none', outcome: outcome.kind });
  await settle(deps, mail, state);
}

async function attempt(
  deps: DeliveryDeps,
  mail: ClaimedMail,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { transport, from } = deps;
  if (!transport) {
    const detail = 'The worker has no mail server: set SMTP_URL or RESEND_API_KEY, and MAIL_FROM.';
    return { kind: 'fault', code: 'mail.not_configured', detail };
  }
  const place = { id: mail.id, workspaceId: mail.workspace_id };
  let content: ReturnType<typeof openContent>;
  try {
    content = openContent(deps.opener, place, mail.envelope);
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { kind: 'mail_refused', code: error.code, detail: error.message };
  }
  const deadline = AbortSignal.timeout(sendMs);
  try {
    return await transport.send(
      {
        ...content,
        id: mail.id,
        messageId: `<${mail.id}@${from.address.slice(from.address.indexOf('@') + 1)}>`,
        from,
        to: mail.recipient,
        date: mail.created_at,
      },
      AbortSignal.any([signal, deadline]),
    );
  } catch (error) {
    if (!deadline.aborted) throw error;
    return { kind: 'fault', code: 'mail.timeout', detail: 'The mail server took too long.' };
  }
}

/** Texts of other people's servers are shown to admins: one line, cut, and without secrets. */
const shown = (detail: string): string => oneLine(redact(detail), detailChars);

async function settle(deps: DeliveryDeps, mail: ClaimedMail, state: NextState): Promise<void> {
  const until = deps.clock.now() + settleMs;
  for (;;) {
    try {
      const isOurs = await transaction(deps.db, (tx) => write(tx, mail, state));
      tell(deps, mail, state, isOurs);
      return;
    } catch (error) {
      if (!isUnavailable(error) || deps.clock.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, settleEveryMs));
    }
  }
}

async function write(tx: Tx, mail: ClaimedMail, state: NextState): Promise<boolean> {
  if (state.status === 'queued') {
    return postponeMail(tx, mail, { ...state, detail: shown(state.detail) });
  }
  if (state.status === 'sent') return endMail(tx, mail, state);
  const { status, code } = state;
  const detail = shown(state.detail);
  const isOurs = await endMail(tx, mail, { status, code, detail });
  if (isOurs && state.suppresses) {
    await insertSuppression(tx, { address: mail.recipient, code, detail });
  }
  return isOurs;
}

/** Never the address: the row has it, for those who may read it. */
function tell(deps: DeliveryDeps, mail: ClaimedMail, state: NextState, isOurs: boolean): void {
  const fields = { event_id: mail.id, kind: mail.kind, attempt: mail.attempts, code: state.code };
  if (!isOurs) deps.log.warn('A mail was sent by another worker meanwhile', fields);
  else if (state.status === 'sent') deps.log.info('A mail was sent', fields);
  else deps.log.warn(`A mail is ${state.status}`, fields);
}
