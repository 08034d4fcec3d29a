import { HubError } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import { writeAudit } from './audit-store.ts';
import type { Session } from './read-session.ts';
import type { Workspace } from './schema.ts';
import type { IdentityDeps } from './settings.ts';
import { insertWorkspace, updateWorkspaceName } from './workspace-store.ts';

/** Only the instance's owner makes workspaces. */
export async function createWorkspace(
  deps: IdentityDeps,
  session: Session,
  name: string,
): Promise<Workspace> {
  if (!session.isInstanceOwner) throw new HubError('identity.forbidden');
  return transaction(deps.db, async (tx) => {
    const made = await insertWorkspace(tx, { name, ownerId: session.userId });
    await deps.onWorkspaceCreated?.(tx, made.id);
    const action = 'workspaces.created';
    await writeAudit(tx, {
      workspaceId: made.id,
      actorId: session.userId,
      action,
      subject: made.id,
    });
    return { ...made, role: 'owner' as const };
  });
}

/** Runs under the bearer's claims. The slug stays: addresses that were shared keep working. */
export async function renameWorkspace(
  tx: Tx,
  act: { workspaceId: string; actorId: string; actorRole: Workspace['role']; name: string },
): Promise<Workspace> {
  const { workspaceId, actorId, name } = act;
  const row = await updateWorkspaceName(tx, workspaceId, name);
  if (!row) throw new HubError('resource.not_found');
  const action = 'workspaces.renamed';
  await writeAudit(tx, { workspaceId, actorId, action, subject: workspaceId, details: { name } });
  return { ...row, role: act.actorRole };
}
