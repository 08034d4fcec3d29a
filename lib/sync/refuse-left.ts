import type { Tx } from '#lib/db/index';
import { leftScope } from './left-scope.ts';
import { type HeldLink, releaseLink } from './push-store.ts';
import { pick } from './push-target.ts';
import { refuseFields } from './refuse-fields.ts';

/**
 * A stream writes to nothing that it does not read. The edit of a record that lives there alone is
 * taken back; one that lives elsewhere too keeps it, and it goes out when the object comes back.
 */
export async function refuseLeft(
  tx: Tx,
  link: HeldLink,
  fields: readonly string[],
): Promise<'refused'> {
  const refused = !link.has_other_living;
  if (refused) await refuseFields(tx, link, { fields, sent: pick(link.data, fields) });
  await releaseLink(tx, link, {
    state: 'inaccessible',
    error: refused ? { ...leftScope, fields: [...fields] } : leftScope,
    attempts: 0,
    nextAfterMs: null,
    isDirty: false,
    isPushed: false,
    reread: 'keep',
  });
  return 'refused';
}
