import { HubError } from '#lib/core/index';
import type { Session } from '#lib/identity/index';
import {
  getRecord,
  listRecords,
  patchRecord,
  readChanges,
  readPosition,
  readRecordHistory,
} from '#lib/records/index';
import type { RecordListQuery, RecordPatch } from '#lib/records/schema';
import { connectorRules } from './connector-rules.ts';
import { newRecordUseCases } from './web-new-records.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** records' use cases as the web process calls them. */
export function recordUseCases({ asBearer }: UseCaseDeps) {
  return {
    ...newRecordUseCases({ asBearer }),
    list: (session: Session, input: At & { query: RecordListQuery }) =>
      asBearer(session, (tx) => listRecords(tx, input)),
    get: (session: Session, recordId: string) =>
      asBearer(session, (tx) => getRecord(tx, { recordId })),
    /** `expectedVersion` is If-Match's; without it the version in the patch decides alone. */
    patch: (
      session: Session,
      input: { recordId: string; patch: RecordPatch; expectedVersion: number | null },
    ) =>
      asBearer(session, async (tx) => {
        const { expectedVersion, ...edit } = input;
        if (expectedVersion !== null) {
          const present = await getRecord(tx, edit);
          if (present.version !== expectedVersion) {
            throw new HubError('request.precondition_failed');
          }
        }
        return patchRecord(tx, connectorRules, edit);
      }),
    history: (session: Session, recordId: string) =>
      asBearer(session, (tx) => readRecordHistory(tx, { recordId })),
    changes: (session: Session, input: At & { after: number; limit: number; compact: boolean }) =>
      asBearer(session, (tx) => readChanges(tx, input)),
    position: (session: Session, at: At) => asBearer(session, (tx) => readPosition(tx, at)),
  };
}
