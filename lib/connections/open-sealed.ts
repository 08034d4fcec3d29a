import { isHubError } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { writeAuditHourly } from '#lib/identity/index';
import type { Opener } from '#lib/security/index';

interface Sealed {
  workspaceId: string;
  ownerId: string;
  field: string;
}

/**
 * Opens a sealed value of this room. One that does not open (changed, cut, moved from another row,
 * field or workspace, or sealed to a key that is not here) is refused and told of in the audit log.
 */
export async function openSealed(
  deps: { db: Db; opener: Opener },
  envelope: Buffer,
  context: Sealed,
): Promise<Buffer> {
  try {
    return deps.opener.open(envelope, context);
  } catch (error) {
    await auditRefusal(deps.db, error, context);
    throw error;
  }
}

/** Also for values that were opened elsewhere. Does nothing for other errors. */
export async function auditRefusal(db: Db, error: unknown, context: Sealed): Promise<void> {
  if (!isHubError(error) || error.code !== 'security.sealed_value_invalid') return;
  await writeAuditHourly(db, {
    workspaceId: context.workspaceId,
    action: 'security.sealed_value_refused',
    subject: context.ownerId,
    details: { field: context.field, reason: error.details?.['reason'] ?? 'changed' },
  });
}
