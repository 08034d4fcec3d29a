import { isHubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type MailDesk, sendMail } from '#lib/mail/index';
import { bounds } from './settings.ts';

interface InvitationMail {
  workspaceId: string;
  email: string;
  role: string;
  url: string;
  workspace: string;
  inviter: string;
}

const dayMs = 86_400_000;

/**
 * Mails an invitation's link in the transaction that makes it. Whoever invites has the link as well,
 * so an address no mail goes to is no reason to refuse the invitation.
 */
export async function mailInvitation(
  tx: Tx,
  desk: MailDesk,
  invitation: InvitationMail,
): Promise<'queued' | 'suppressed' | 'off'> {
  if (desk.transport === null) return 'off';
  const { workspaceId, email, ...words } = invitation;
  try {
    const { status } = await sendMail(tx, desk, {
      workspaceId,
      to: email,
      validMs: dayMs,
      message: {
        kind: 'invitation',
        url: words.url,
        workspace: words.workspace,
        inviter: words.inviter,
        role: words.role,
        days: bounds.invitationDays,
      },
    });
    return status;
  } catch (error) {
    if (isHubError(error) && error.code === 'request.invalid') return 'suppressed';
    throw error;
  }
}
