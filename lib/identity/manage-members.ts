import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { writeAudit } from './audit-store.ts';
import { deleteMember, findRole, selectMember, selectMembers, updateRole } from './member-store.ts';
import type { Member, Role } from './schema.ts';
import { bounds } from './settings.ts';

interface Act {
  workspaceId: string;
  actorId: string;
  actorRole: Role;
  userId: string;
}

/** Oldest first. Runs under the bearer's claims, as everything in this file. */
export const listMembers = (tx: Tx, { workspaceId }: { workspaceId: string }): Promise<Member[]> =>
  selectMembers(tx, workspaceId, bounds.listRows);

/** Only an owner makes, changes or removes an owner; a trigger holds the same line. */
function guardOwner(act: Act, present: Role, next: Role | null): void {
  if (act.actorRole !== 'owner' && (present === 'owner' || next === 'owner')) {
    throw new HubError('identity.forbidden', 'Only an owner may change an owner.');
  }
}

async function roleOf(tx: Tx, act: Act): Promise<Role> {
  const role = await findRole(tx, act.workspaceId, act.userId);
  if (role === null) throw new HubError('resource.not_found');
  return role;
}

/** The last owner cannot be lowered: the database refuses (`identity.last_owner`). */
export async function changeRole(tx: Tx, act: Act & { role: Role }): Promise<Member> {
  const present = await roleOf(tx, act);
  guardOwner(act, present, act.role);
  if (present !== act.role) {
    await writeAudit(tx, {
      workspaceId: act.workspaceId,
      actorId: act.actorId,
      action: 'members.role_changed',
      subject: act.userId,
      details: { from: present, to: act.role },
    });
    if (!(await updateRole(tx, act.workspaceId, act.userId, act.role))) {
      throw new HubError('identity.forbidden');
    }
  }
  const member = await selectMember(tx, act.workspaceId, act.userId);
  if (!member) throw new HubError('resource.not_found');
  return member;
}

/** Admins remove others, anybody leaves; the last owner stays (`identity.last_owner`). */
export async function removeMember(tx: Tx, act: Act): Promise<void> {
  const present = await roleOf(tx, act);
  const isSelf = act.actorId === act.userId;
  if (!isSelf) guardOwner(act, present, null);
  // Before the row goes: whoever leaves may write nothing here afterwards.
  await writeAudit(tx, {
    workspaceId: act.workspaceId,
    actorId: act.actorId,
    action: isSelf ? 'members.left' : 'members.removed',
    subject: act.userId,
    details: { role: present },
  });
  if (!(await deleteMember(tx, act.workspaceId, act.userId))) {
    throw new HubError('identity.forbidden');
  }
}
