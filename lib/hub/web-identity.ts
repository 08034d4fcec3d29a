import { HubError } from '#lib/core/index';
import {
  acceptInvitation,
  changeRole,
  createInvitation,
  createWorkspace,
  issueRealtimeToken,
  listAudit,
  listInvitations,
  listMembers,
  listSessions,
  mailInvitation,
  readInvitation,
  removeMember,
  renameWorkspace,
  revokeInvitation,
  revokeSession,
  type Session,
} from '#lib/identity/index';
import type { Invitation, RealtimeToken, Role, SessionInfo, Workspace } from '#lib/identity/schema';
import { readTopic } from '#lib/realtime/index';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** identity's use cases as the web process calls them. */
export function identityUseCases({ identity, asBearer }: UseCaseDeps) {
  const { db, settings, clock } = identity;
  return {
    sessionInfo: (session: Session): SessionInfo => ({
      session_id: session.sessionId,
      expires_at: session.expiresAt,
      user: session.user,
      is_instance_owner: session.isInstanceOwner,
      workspaces: session.workspaces,
      features: {
        sandbox: settings.sandbox !== null,
        public_url: settings.publicUrl,
        mail: identity.mail.transport,
      },
    }),
    listSessions: (session: Session) => listSessions(db, session),
    revokeSession: (session: Session, id: string) => revokeSession(db, session, id),

    createWorkspace: (session: Session, name: string) => createWorkspace(identity, session, name),
    renameWorkspace: (session: Session, input: At & { role: Role; name: string }) =>
      asBearer(session, (tx) =>
        renameWorkspace(tx, { ...input, actorId: session.userId, actorRole: input.role }),
      ),

    listMembers: (session: Session, at: At) => asBearer(session, (tx) => listMembers(tx, at)),
    changeRole: (session: Session, input: At & { actorRole: Role; userId: string; role: Role }) =>
      asBearer(session, (tx) => changeRole(tx, { ...input, actorId: session.userId })),
    removeMember: (session: Session, input: At & { actorRole: Role; userId: string }) =>
      asBearer(session, (tx) => removeMember(tx, { ...input, actorId: session.userId })),

    listInvitations: (session: Session, at: At) =>
      asBearer(session, (tx) => listInvitations(tx, at)),
    async createInvitation(
      session: Session,
      input: At & { email: string; role: Invitation['role']; origin: string },
    ) {
      const { origin, ...rest } = input;
      const workspace = session.workspaces.find(({ id }) => id === input.workspaceId);
      return asBearer(session, async (tx) => {
        const { invitation, token } = await createInvitation(tx, clock, {
          ...rest,
          actorId: session.userId,
        });
        const url = `${origin}/invitations/${token}`;
        const mail = await mailInvitation(tx, identity.mail, {
          ...input,
          url,
          workspace: workspace?.name ?? '',
          inviter: session.user.name ?? session.user.email,
        });
        return { ...invitation, accept_url: url, mail };
      });
    },
    revokeInvitation: (session: Session, input: At & { invitationId: string }) =>
      asBearer(session, (tx) => revokeInvitation(tx, { ...input, actorId: session.userId })),
    readInvitation: (token: string) => readInvitation(db, token),
    /** Answers the workspace that was joined, with the role the bearer has in it. */
    async acceptInvitation(session: Session, token: string): Promise<Workspace> {
      const { workspaceId } = await acceptInvitation(db, { token, user: session.user });
      const [workspace] = await asBearer(
        session,
        (tx) => tx<Workspace[]>`
          select w.id, w.name, w.slug, m.role
          from public.workspaces w join public.members m on m.workspace_id = w.id
          where w.id = ${workspaceId} and m.user_id = ${session.userId}`,
      );
      if (!workspace) throw new HubError('resource.not_found');
      return workspace;
    },

    listAudit: (session: Session, page: At & { beforeId: string | null; limit: number }) =>
      asBearer(session, (tx) => listAudit(tx, page)),

    async issueRealtimeToken(
      session: Session,
      at: At & { origin: string },
    ): Promise<RealtimeToken> {
      const place = await asBearer(session, (tx) => readTopic(tx, at.workspaceId));
      if (!place) throw new HubError('resource.not_found');
      return issueRealtimeToken(identity, session, { ...place, origin: at.origin });
    },
  };
}
