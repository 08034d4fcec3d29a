import { type Tx, transaction } from '#lib/db/index';
import {
  findCommonWorkspace,
  findUserByAccount,
  findUserByEmail,
  insertUser,
  linkAccount,
  lockPendingInvitations,
  markAccepted,
  refreshProfile,
  takeInstance,
} from './account-store.ts';
import { writeAudit } from './audit-store.ts';
import { firstWorkspaceName } from './name-rule.ts';
import type { User } from './schema.ts';
import type { IdentityDeps } from './settings.ts';
import { insertMember, insertWorkspace } from './workspace-store.ts';

/** What a sign-in provider vouches for. */
export interface Person {
  /** Whose word it is: `github`, `sandbox-github`, `oidc:<issuer>`. */
  provider: string;
  accountId: string;
  /** Lower case; null unless the provider calls it primary and verified. */
  email: string | null;
  name: string | null;
  image: string | null;
  /** Whether this provider's word on an e-mail is good enough to enter an existing account. */
  mayLinkByEmail: boolean;
}

export type Refusal = 'EmailNotVerified' | 'OAuthAccountNotLinked' | 'SignUpClosed';
export type Admission =
  | { kind: 'admitted'; user: User; isNew: boolean }
  | { kind: 'refused'; reason: Refusal };

const admitted = (user: User, isNew: boolean): Admission => ({ kind: 'admitted', user, isNew });
const refused = (reason: Refusal): Admission => ({ kind: 'refused', reason });

/** Thrown to roll a started sign-up back. */
class SignUpClosed extends Error {}

/**
 * Decides who comes in, in one transaction.
 *
 * 1. A known provider account is its user, whatever its e-mail says today.
 * 2. An unknown account whose verified e-mail belongs to a user is linked to that user, but only
 *    when the provider may vouch for e-mails here (the sandbox may not: anybody can be anybody in
 *    it, so it enters accounts of its own only) and the user has no account at this provider yet. A second account of the same provider
 *    with the same address means the address changed hands; that one is turned away.
 * 3. A stranger: the first ever owns the instance and gets a workspace. After that an open
 *    invitation for this e-mail, or its domain in SIGNUP_DOMAINS, is needed; people of such a
 *    domain join the instance owner's first workspace as viewers, because somebody who may only
 *    look can do no harm and an admin raises them with one click.
 *
 * A session that happens to be open is never linked to: whoever signs in becomes who they are at
 * the provider, so nobody's account can be slipped into somebody else's session.
 */
export async function admitPerson(deps: IdentityDeps, person: Person): Promise<Admission> {
  const known = await findUserByAccount(deps.db, person.provider, person.accountId);
  if (known) {
    await refreshProfile(deps.db, known.id, person);
    return admitted(known, false);
  }
  const { email } = person;
  if (email === null) return refused('EmailNotVerified');
  try {
    return await transaction(deps.db, async (tx) => {
      const holder = await findUserByEmail(tx, email);
      if (holder) return await linkToHolder(tx, holder, person);
      return admitted(await signUp(deps, tx, { ...person, email }), true);
    });
  } catch (error) {
    if (error instanceof SignUpClosed) return refused('SignUpClosed');
    throw error;
  }
}

const isSandbox = (provider: string): boolean => provider.startsWith('sandbox-');

async function linkToHolder(
  tx: Tx,
  holder: User & { providers: string[] },
  person: Person,
): Promise<Admission> {
  const hasOtherAccountHere = holder.providers.includes(person.provider);
  // Somebody of the sandbox is nobody in particular, so others of the sandbox may be them as well.
  const isOfSandbox = holder.providers.some(Boolean) && holder.providers.every(isSandbox);
  const mayLink = person.mayLinkByEmail || isOfSandbox;
  if (!mayLink || hasOtherAccountHere) return refused('OAuthAccountNotLinked');
  await linkAccount(tx, { ...person, userId: holder.id });
  const spaces = await tx<{ workspace_id: string }[]>`
    select workspace_id from public.members where user_id = ${holder.id} limit 200`;
  for (const { workspace_id: workspaceId } of spaces) {
    await writeAudit(tx, {
      workspaceId,
      actorId: holder.id,
      action: 'identity.account_linked',
      details: { provider: person.provider },
    });
  }
  return admitted(holder, false);
}

async function signUp(
  deps: IdentityDeps,
  tx: Tx,
  person: Person & { email: string },
): Promise<User> {
  const user = await insertUser(tx, person);
  await linkAccount(tx, { ...person, userId: user.id });
  if (await takeInstance(tx, user.id)) {
    const workspace = await insertWorkspace(tx, {
      name: firstWorkspaceName(user),
      ownerId: user.id,
    });
    await deps.onWorkspaceCreated?.(tx, workspace.id);
    await writeAudit(tx, {
      workspaceId: workspace.id,
      actorId: user.id,
      action: 'workspaces.created',
      subject: workspace.id,
      details: { first: true },
    });
    return user;
  }
  const joined = await acceptAll(tx, user);
  if (joined === 0 && !(await joinByDomain(deps, tx, user))) throw new SignUpClosed();
  return user;
}

/** The e-mail is verified, which is more than the link proves, so every open invitation counts. */
async function acceptAll(tx: Tx, user: User): Promise<number> {
  const invitations = await lockPendingInvitations(tx, user.email);
  for (const invitation of invitations) {
    await markAccepted(tx, invitation.id, user.id);
    await join(tx, user, invitation.workspace_id, invitation.role, 'invitation');
  }
  return invitations.length;
}

async function joinByDomain(deps: IdentityDeps, tx: Tx, user: User): Promise<boolean> {
  const domain = user.email.slice(user.email.lastIndexOf('@') + 1);
  if (!deps.settings.signUpDomains.includes(domain)) return false;
  const workspaceId = await findCommonWorkspace(tx);
  if (workspaceId === null) return false;
  await join(tx, user, workspaceId, 'viewer', 'domain');
  return true;
}

async function join(tx: Tx, user: User, workspaceId: string, role: string, by: string) {
  await insertMember(tx, { workspaceId, userId: user.id, role });
  await writeAudit(tx, {
    workspaceId,
    actorId: user.id,
    action: 'members.joined',
    subject: user.id,
    details: { role, by },
  });
}
