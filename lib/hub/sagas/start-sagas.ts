import type { Connected } from '#lib/connections/index';
import type { Tx } from '#lib/db/index';
import { startSaga } from '#lib/sagas/index';
import { plans } from './plans.ts';

interface At {
  workspaceId: string;
  connectionId: string;
}

/** In the transaction that makes a connection `disconnecting`. */
export async function beginDisconnect(
  tx: Tx,
  at: At & { requestedBy: string | null },
): Promise<void> {
  await startSaga(tx, {
    ...at,
    kind: 'disconnect',
    subject: at.connectionId,
    steps: plans.disconnect,
  });
}

/** In the transaction that makes a stream, whose first run it holds. */
export async function beginStream(
  tx: Tx,
  at: At & { streamId: string; runId: string; name: string; requestedBy: string },
): Promise<void> {
  await startSaga(tx, {
    ...at,
    kind: 'start_stream',
    subject: at.streamId,
    steps: plans.start_stream,
    input: { run_id: at.runId, name: at.name },
  });
}

/** In the transaction that stores the credential, once the service has said whose it is. */
export async function beginConnect(tx: Tx, connected: Connected): Promise<void> {
  const { workspaceId, connectionId, requestedBy, isNew, accountName } = connected;
  await startSaga(tx, {
    workspaceId,
    connectionId,
    requestedBy,
    kind: 'connect',
    subject: connectionId,
    steps: plans.connect,
    input: { is_new: isNew },
    done: [
      { step: 'store_credential', note: 'Sealed to the worker and stored.' },
      { step: 'check_account', note: `The service answers as ${accountName}.` },
    ],
  });
}

/** In the transaction in which a member makes a record, once it is known that it may be made there. */
export async function beginRecord(
  tx: Tx,
  at: { workspaceId: string; recordId: string; streamIds: readonly string[]; requestedBy: string },
): Promise<string> {
  const [made, ...creations] = plans.create_record;
  const sagaId = await startSaga(tx, {
    workspaceId: at.workspaceId,
    connectionId: null,
    requestedBy: at.requestedBy,
    kind: 'create_record',
    subject: at.recordId,
    steps: [made, ...creations.slice(0, at.streamIds.length)],
    input: { stream_ids: [...at.streamIds] },
    done: [{ step: made, note: 'Kept here.' }],
  });
  if (sagaId === null) throw new Error('The record of a new saga is not new');
  return sagaId;
}
