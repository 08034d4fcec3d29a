import {
  alertIncidents,
  type ConnectionAlert,
  type ConnectionDeps,
  enqueueIdleConnections,
  keepAlive,
} from '#lib/connections/index';
import { HubError } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import type { WorkerEnv } from '#lib/env/index';
import { dropOldLinks } from '#lib/identity/index';
import { type MailDesk, readMailbox, sendMail } from '#lib/mail/index';
import {
  deliverMail,
  dropOldMails,
  endOverdue,
  enqueueDueMails,
  resendTransport,
  smtpTransport,
  type Transport,
} from '#lib/mail/worker';
import { type Queue, queueTable, type Sweep } from '#lib/queue/index';

export type MailSettings = Partial<
  Pick<
    WorkerEnv,
    'SMTP_URL' | 'RESEND_API_KEY' | 'MAIL_FROM' | 'SANDBOX_SMTP_URL' | 'PUBLIC_URL' | 'PORT'
  >
>;

const everyMs = { mail: 2_000, alerts: 2_000, idle: 60_000, ends: 60_000 } as const;
const overdueRows = 200;
/** Whom mails of the sandbox's mailbox come from. */
const sandboxFrom = 'Patchbay <patchbay@localhost>';

export interface MailWork {
  /** For whoever else has something to say by mail. */
  desk: MailDesk;
  /** Where this hub is reached, for links. */
  origin: string;
  sweeps: Sweep[];
  handle(): Promise<void>;
}

/** Sending mail, telling people about their connections, and asking idle connections how they are. */
export function mailWork(
  connections: ConnectionDeps,
  queue: Queue,
  settings: MailSettings,
): MailWork {
  const { db, opener, clock, log, registry } = connections;
  const transport = chooseTransport(connections, settings);
  const from = readMailbox(settings.MAIL_FROM ?? sandboxFrom);
  if (!from) throw new HubError('env.invalid', 'The worker cannot start. MAIL_FROM: no address.');
  const delivery = { db, opener, transport, from, clock, log };
  const desk: MailDesk = {
    transport: transport?.name ?? null,
    sealKey: opener.publicKey,
    clock,
  };
  const origin = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT ?? 3000}`;
  const tell = (tx: Tx, alert: ConnectionAlert) => tellByMail(tx, desk, origin, alert);
  return {
    desk,
    origin,
    sweeps: [
      {
        work: 'mail',
        queue: 'mail',
        everyMs: everyMs.mail,
        run: () => transaction(db, (tx) => enqueueDueMails(tx, queue)),
      },
      {
        work: null,
        name: 'alerts',
        everyMs: everyMs.alerts,
        // Without a way to send, people are told once there is one, if it still matters then.
        run: () => (transport ? alertIncidents({ db, registry, tell }) : Promise.resolve(0)),
      },
      {
        work: null,
        name: 'idle connections',
        queue: 'keepalive',
        everyMs: everyMs.idle,
        run: () => enqueueIdleConnections({ db, queue }),
      },
      {
        work: null,
        name: 'ended mails',
        everyMs: everyMs.ends,
        run: async () => {
          await dropOldMails(db);
          await dropOldLinks(db);
          return endOverdue(db, overdueRows);
        },
      },
    ],
    handle: async () => {
      await queue.work('mail', queueTable.mail, ({ payload, signal }) =>
        deliverMail(delivery, payload, signal),
      );
      await queue.work('keepalive', queueTable.keepalive, ({ payload, signal }) =>
        keepAlive(connections, payload, signal),
      );
    },
  };
}

function chooseTransport({ outgoing }: ConnectionDeps, settings: MailSettings): Transport | null {
  const { SMTP_URL: smtp, RESEND_API_KEY: apiKey, SANDBOX_SMTP_URL: sandbox } = settings;
  if (smtp) return smtpTransport({ name: 'smtp', url: smtp });
  if (apiKey) return resendTransport({ apiKey, outgoing });
  return sandbox ? smtpTransport({ name: 'sandbox', url: sandbox }) : null;
}

/** An address no mail can be sent to keeps nobody else from being told. */
async function tellByMail(
  tx: Tx,
  desk: MailDesk,
  origin: string,
  alert: ConnectionAlert,
): Promise<void> {
  try {
    await sendMail(tx, desk, {
      workspaceId: alert.workspace_id,
      to: alert.recipient,
      dedupeKey: `incident:${alert.id}:${alert.recipient}`,
      message: {
        kind: 'connection_alert',
        url: `${origin}/w/${alert.workspace_slug}/connections/${alert.connection_id}`,
        workspace: alert.workspace_name,
        service: alert.provider,
        account: alert.account_name,
        cause: alert.detail ?? 'The service does not accept the credential any more.',
        since: `${alert.opened_at.slice(0, 16).replace('T', ' ')} UTC`,
      },
    });
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'request.invalid') throw error;
  }
}
