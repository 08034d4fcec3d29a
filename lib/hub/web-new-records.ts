import { HubError, type JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { Session } from '#lib/identity/index';
import { checkNewRecord, createRecord, findMade } from '#lib/records/index';
import type { BegunRecord, NewRecord } from '#lib/records/schema';
import { listSagasAbout } from '#lib/sagas/index';
import { selectMakingSaga } from './record-place-store.ts';
import { judgePlaces, listRecordPlaces } from './record-places.ts';
import { beginRecord } from './sagas/start-sagas.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** Making records from here, as the web process calls it. */
export function newRecordUseCases({ asBearer }: Pick<UseCaseDeps, 'asBearer'>) {
  return {
    places: (session: Session, at: At) => asBearer(session, (tx) => listRecordPlaces(tx, at)),
    begin: (session: Session, at: At & { input: NewRecord }) =>
      asBearer(session, (tx) => begin(tx, { ...at, userId: session.userId })),
    sagas: (session: Session, at: At & { recordId: string }) =>
      asBearer(session, (tx) => listSagasAbout(tx, { ...at, subject: at.recordId })),
  };
}

/** The record and the saga that makes its objects, in one transaction; a repeated request finds both. */
async function begin(
  tx: Tx,
  { workspaceId, input, userId }: At & { input: NewRecord; userId: string },
): Promise<BegunRecord> {
  const { mutation_id: mutationId, kind, stream_ids: streamIds } = input;
  const made = await findMade(tx, { workspaceId, mutationId });
  if (made !== null) return answerAgain(tx, workspaceId, made);
  const data = input.data as JsonObject;
  const places = await judgePlaces(tx, { workspaceId, streamIds, data });
  checkNewRecord({ kind, stream_ids: streamIds, data }, places);
  const recordId = await createRecord(tx, { workspaceId, kind, data, mutationId });
  const sagaId = await beginRecord(tx, { workspaceId, recordId, streamIds, requestedBy: userId });
  return { record_id: recordId, saga_id: sagaId };
}

async function answerAgain(tx: Tx, workspaceId: string, recordId: string): Promise<BegunRecord> {
  const sagaId = await selectMakingSaga(tx, workspaceId, recordId);
  if (sagaId !== null) return { record_id: recordId, saga_id: sagaId };
  throw new HubError('resource.conflict', 'This was asked for long ago; its steps are not kept.');
}
