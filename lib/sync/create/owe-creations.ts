import { newId } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { insertOwed } from './owe-store.ts';

/**
 * Each of the records is owed an object in each of the streams, unless it lives at the stream's
 * connection. May be asked for again: one record and one stream make one creation, for good.
 * `isPlanned`: a person has seen how many they are. Answers how many are owed now that were not.
 */
export async function oweCreations(
  tx: Tx,
  input: {
    workspaceId: string;
    recordIds: readonly string[];
    streamIds: readonly string[];
    isPlanned?: boolean;
  },
): Promise<number> {
  const { workspaceId, recordIds, streamIds, isPlanned } = input;
  const pairs = recordIds.flatMap((record_id) =>
    streamIds.map((stream_id) => ({ id: newId(), record_id, stream_id })),
  );
  if (pairs.length === 0) return 0;
  const owed = await insertOwed(tx, workspaceId, pairs, isPlanned === true);
  if (owed > 0) await wake(tx, 'creations');
  return owed;
}
