/**
 * identity: who is asking, which workspaces they belong to, and what they did there.
 *
 * Invariants
 * - A session is a row, its token stored as SHA-256. It is read on every request and cached nowhere:
 *   revoked means revoked now.
 * - Nobody comes in but by `admitPerson`: a provider's token answer with an access token, an e-mail
 *   that is primary and verified, and an instance without owner, an invitation or an allowed domain.
 * - A workspace keeps an owner, and nobody hands out or takes a role above their own; triggers hold
 *   both even if this code forgets.
 * - Every act on members, invitations and workspaces leaves a row in the audit log, in its own
 *   transaction.
 * Never keeps a provider's token, never believes a forwarded header without the gateway's token,
 * never redirects to another origin but a provider's.
 */
import 'server-only';

export { listAudit, writeAudit, writeAuditEverywhere, writeAuditHourly } from './audit-store.ts';
export { identityError } from './errors.ts';
export { handleAuth } from './handle-auth.ts';
export type { FoundInvitation } from './invitation-store.ts';
export { mailInvitation } from './mail-invitation.ts';
export {
  acceptInvitation,
  createInvitation,
  listInvitations,
  readInvitation,
  revokeInvitation,
} from './manage-invitations.ts';
export { changeRole, listMembers, removeMember } from './manage-members.ts';
export { listSessions, revokeSession } from './manage-sessions.ts';
export { createWorkspace, renameWorkspace } from './manage-workspaces.ts';
export { readSession, type Session } from './read-session.ts';
export { issueRealtimeToken } from './realtime-token.ts';
export { isFromGateway, isSameOrigin, requestAddress, requestOrigin } from './request-origin.ts';
export { safeReturnTo } from './return-to.ts';
export type { IdentityDeps, IdentitySettings } from './settings.ts';
export { readSignInLink } from './sign-in-link.ts';
export { dropOldLinks } from './sign-in-link-store.ts';
export { type SignInChoice, signInChoices } from './sign-in-providers.ts';
