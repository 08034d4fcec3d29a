import { systemClock } from '#lib/core/index';
import type { WebEnv } from '#lib/env/index';
import { type Session, writeAudit } from '#lib/identity/index';
import { liftSuppression, type MailDesk, readMailOverview, sendMail } from '#lib/mail/index';
import type { MailOverview, QueuedMail } from '#lib/mail/schema';
import type { UseCaseDeps } from './web-use-cases.ts';

/** What the web process queues mail with. It knows that somebody sends it, and not with what. */
export const mailDesk = (env: WebEnv): MailDesk => ({
  transport: env.MAIL_TRANSPORT ?? null,
  sealKey: env.SEAL_WORKER_PUBLIC_KEY,
  clock: systemClock,
});

interface At {
  workspaceId: string;
}

/** mail's use cases as the web process calls them. */
export function mailUseCases({ identity, env, asBearer }: UseCaseDeps) {
  const desk = identity.mail;
  return {
    overview: (session: Session, at: At): Promise<MailOverview> =>
      asBearer(session, (tx) => readMailOverview(tx, { ...desk, from: env.MAIL_FROM ?? null }, at)),

    /** To the one who asks, so that nobody is written to by trying. */
    sendTest: (session: Session, at: At & { origin: string }): Promise<QueuedMail> => {
      const workspace = session.workspaces.find(({ id }) => id === at.workspaceId);
      return asBearer(session, (tx) =>
        sendMail(tx, desk, {
          workspaceId: at.workspaceId,
          to: session.user.email,
          message: {
            kind: 'test',
            url: `${at.origin}/w/${workspace?.slug ?? ''}/settings?tab=mail`,
            workspace: workspace?.name ?? '',
          },
        }),
      );
    },

    liftSuppression: (session: Session, at: At & { suppressionId: string }): Promise<void> =>
      asBearer(session, async (tx) => {
        const address = await liftSuppression(tx, at);
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'mail.address_enabled',
          subject: address,
        });
      }),
  };
}
