import { type Clock, HubError } from '#lib/core/index';
import { type Db, type Tx, transaction } from '#lib/db/index';
import { writeAudit } from './audit-store.ts';
import {
  deleteInvitation,
  deleteOpenInvitations,
  type FoundInvitation,
  findInvitation,
  insertInvitation,
  isMemberByEmail,
  selectInvitations,
  takeInvitation,
} from './invitation-store.ts';
import type { Invitation, User } from './schema.ts';
import { hashToken, newSecretToken } from './secret-token.ts';
import { bounds } from './settings.ts';
import { insertMember } from './workspace-store.ts';

const dayMs = 86_400_000;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

export const listInvitations = (tx: Tx, at: { workspaceId: string }): Promise<Invitation[]> =>
  selectInvitations(tx, at.workspaceId, bounds.listRows);

/** The token is handed out here once and nowhere else. An older open one for the e-mail ends. */
export async function createInvitation(
  tx: Tx,
  clock: Clock,
  input: { workspaceId: string; actorId: string; email: string; role: Invitation['role'] },
): Promise<{ invitation: Invitation; token: string }> {
  const { workspaceId, actorId, email, role } = input;
  if (await isMemberByEmail(tx, workspaceId, email)) {
    throw new HubError('resource.conflict', 'This person is a member already.');
  }
  await deleteOpenInvitations(tx, workspaceId, email);
  const token = newSecretToken();
  const invitation = await insertInvitation(tx, {
    workspaceId,
    email,
    role,
    tokenHash: hashToken(token),
    invitedBy: actorId,
    expiresAt: new Date(clock.now() + bounds.invitationDays * dayMs).toISOString(),
  });
  const action = 'invitations.created';
  await writeAudit(tx, { workspaceId, actorId, action, subject: email, details: { role } });
  return { invitation, token };
}

/** An accepted one is history and stays. */
export async function revokeInvitation(
  tx: Tx,
  at: { workspaceId: string; actorId: string; invitationId: string },
): Promise<void> {
  const { workspaceId, actorId } = at;
  const gone = await deleteInvitation(tx, workspaceId, at.invitationId);
  if (!gone) throw new HubError('resource.not_found');
  const action = 'invitations.revoked';
  await writeAudit(tx, { workspaceId, actorId, action, subject: gone.email });
}

/** What an invitation's page shows to whoever holds the link; null for an unknown one. */
export function readInvitation(db: Db, token: string): Promise<FoundInvitation | null> {
  return tokenPattern.test(token) ? findInvitation(db, hashToken(token)) : Promise.resolve(null);
}

/**
 * The link alone is not enough: it may have been forwarded, so the bearer's verified e-mail must be
 * the invited one. A bearer who is a member already keeps their role.
 */
export function acceptInvitation(
  db: Db,
  input: { token: string; user: User },
): Promise<{ workspaceId: string }> {
  const { token, user } = input;
  if (!tokenPattern.test(token)) throw new HubError('identity.invitation_invalid');
  return transaction(db, async (tx) => {
    const found = await findInvitation(tx, hashToken(token));
    if (!found) throw new HubError('identity.invitation_invalid');
    if (found.email !== user.email) {
      throw new HubError(
        'identity.invitation_invalid',
        'This invitation was made for another e-mail address. Sign in with that one.',
      );
    }
    if (!(await takeInvitation(tx, found.id, user.id))) {
      throw new HubError('identity.invitation_invalid');
    }
    const { workspace_id: workspaceId, role } = found;
    if (await insertMember(tx, { workspaceId, userId: user.id, role })) {
      await writeAudit(tx, {
        workspaceId,
        actorId: user.id,
        action: 'members.joined',
        subject: user.id,
        details: { role, by: 'invitation' },
      });
    }
    return { workspaceId };
  });
}
