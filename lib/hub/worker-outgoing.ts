import { type ConnectionDeps, openConnection } from '#lib/connections/index';
import { HubError } from '#lib/core/index';
import {
  type Announce,
  alertDisabled,
  createDestinationGate,
  type JudgeFailing,
  judgeFailing,
  mailSender,
  readPresentRecord,
  type Sender,
  sendDigests,
  slackSender,
  webhookSender,
} from '#lib/delivery/index';
import type { MailDesk } from '#lib/mail/index';
import type { Sweep } from '#lib/queue/index';

/** How often lines that wait for their mail, and incidents nobody was told of, are looked at. */
const everyMs = { digests: 5_000, alerts: 5_000 } as const;

export interface OutgoingWork {
  senders: readonly Sender[];
  judgeFailing: JudgeFailing;
  sweeps: Sweep[];
}

/** What subscriptions deliver to: outgoing webhooks, Slack, mail. */
export function outgoingWork(
  connections: ConnectionDeps,
  { desk, origin }: { desk: MailDesk; origin: string },
): OutgoingWork {
  const { db, opener, outgoing, clock, log } = connections;
  const gate = createDestinationGate({
    db,
    clock,
    onFault: (error) =>
      log.warn('The end of a call to a destination could not be noted', { err: error }),
  });
  const mail = { db, desk, origin, log };
  return {
    senders: [
      webhookSender({
        outgoing,
        opener,
        gate,
        readRecord: (at) => readPresentRecord(db, at),
        clock,
      }),
      slackSender({
        db,
        outgoing,
        opener,
        gate,
        announce: announceBy(connections),
        clock,
        origin,
      }),
      mailSender(mail),
    ],
    judgeFailing,
    sweeps: [
      {
        work: null,
        name: 'digests',
        everyMs: everyMs.digests,
        run: () => sendDigests(mail),
      },
      {
        work: null,
        name: 'subscription alerts',
        everyMs: everyMs.alerts,
        run: () => alertDisabled(mail),
      },
    ],
  };
}

/** Behind people's edits and within the connection's budget. */
const announceBy =
  (connections: ConnectionDeps): Announce =>
  async (at, what, signal) => {
    const { api, ctx, manifest } = await openConnection(connections, at, {
      lane: 'refetch',
      signal,
    });
    if (!api.announce) {
      throw new HubError('request.invalid', `Nothing can be posted at ${manifest.provider}.`);
    }
    await api.announce(ctx, what);
  };
