import { z } from 'zod';
import { limits } from '#lib/core/index';
import {
  begunRecordSchema,
  changeSchema,
  changesAnswerSchema,
  newRecordSchema,
  recordHistorySchema,
  recordListQuerySchema,
  recordPatchSchema,
  recordPlaceSchema,
  recordSchema,
} from '#lib/records/schema';
import { sagaSchema } from '#lib/sagas/schema';
import { changeStream } from '../change-stream.ts';
import { route } from '../contract.ts';
import { matchesEtag, readIfMatch, versionEtag } from '../etag.ts';
import { idParams, inWorkspace, listOf, workspaceQuery } from '../shapes.ts';

const tag = 'records';
const here = { about: 'workspace' } as const;
const theRecord = { about: 'record', in: 'path', name: 'id' } as const;
const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const recordRoutes = [
  route(
    {
      id: 'listRecords',
      tag,
      summary: 'Records, filtered, searched and sorted',
      method: 'get',
      path: '/records',
      access: 'viewer',
      place: here,
      query: recordListQuerySchema,
      answer: { status: 200, schema: listOf(recordSchema) },
    },
    async ({ hub, session, workspaceId, query }) =>
      hub.records.list(session, { workspaceId, query }),
  ),
  route(
    {
      id: 'createRecord',
      tag,
      summary: 'Make a record, and an object for it at each of the streams named',
      method: 'post',
      path: '/records',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: newRecordSchema,
      answer: { status: 202, schema: begunRecordSchema },
      codes: ['records.field_invalid', 'resource.conflict'],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.records.begin(session, { workspaceId, input: body }),
  ),
  route(
    {
      id: 'listRecordPlaces',
      tag,
      summary:
        'Streams in which an object can be made for a new record, and what it can have there',
      method: 'get',
      path: '/record-places',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(recordPlaceSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.records.places(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'listRecordSagas',
      tag,
      summary: 'How making the objects of a record went, step by step, newest first',
      method: 'get',
      path: '/records/{id}/sagas',
      access: 'viewer',
      place: theRecord,
      params: idParams,
      answer: { status: 200, schema: listOf(sagaSchema) },
    },
    async ({ hub, session, workspaceId, params }) => ({
      data: await hub.records.sagas(session, { workspaceId, recordId: params.id }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'getRecord',
      tag,
      summary: 'One record; its ETag is its version',
      method: 'get',
      path: '/records/{id}',
      access: 'viewer',
      place: theRecord,
      params: idParams,
      answer: { status: 200, schema: recordSchema },
    },
    async ({ hub, session, params, headers, answerHeaders }) => {
      const record = await hub.records.get(session, params.id);
      const etag = versionEtag(record);
      answerHeaders.set('etag', etag);
      if (matchesEtag(headers.get('if-none-match'), etag)) {
        return new Response(null, { status: 304 });
      }
      return record;
    },
  ),
  route(
    {
      id: 'editRecord',
      tag,
      summary: 'Edit a record; the services it is linked to are told afterwards',
      method: 'patch',
      path: '/records/{id}',
      access: 'editor',
      place: theRecord,
      params: idParams,
      body: recordPatchSchema,
      answer: { status: 200, schema: recordSchema },
      codes: [
        'records.version_conflict',
        'records.field_read_only',
        'records.field_invalid',
        'request.precondition_failed',
        'resource.conflict',
      ],
    },
    async ({ hub, session, params, body, headers, answerHeaders }) => {
      const expectedVersion = readIfMatch(headers.get('if-match'));
      const record = await hub.records.patch(session, {
        recordId: params.id,
        patch: body,
        expectedVersion,
      });
      answerHeaders.set('etag', versionEtag(record));
      return record;
    },
  ),
  route(
    {
      id: 'getRecordHistory',
      tag,
      summary: 'What happened to a record: changes, pushes, conflicts',
      method: 'get',
      path: '/records/{id}/history',
      access: 'viewer',
      place: theRecord,
      params: idParams,
      answer: { status: 200, schema: recordHistorySchema },
    },
    async ({ hub, session, params }) => hub.records.history(session, params.id),
  ),
  route(
    {
      id: 'listChanges',
      tag,
      summary: 'The change log after a position, without gaps',
      method: 'get',
      path: '/changes',
      access: 'viewer',
      place: here,
      query: z.strictObject({
        ...inWorkspace,
        after: position,
        limit: z.coerce.number().int().min(1).max(limits.pageRows).default(limits.pageRows),
        /** Only the latest change of each record. */
        compact: z
          .enum(['true', 'false'])
          .default('false')
          .transform((word) => word === 'true'),
      }),
      answer: { status: 200, schema: changesAnswerSchema },
      codes: ['records.position_gone'],
    },
    async ({ hub, session, workspaceId, query }) =>
      hub.records.changes(session, {
        workspaceId,
        after: query.after,
        limit: query.limit,
        compact: query.compact,
      }),
  ),
  route(
    {
      id: 'streamChanges',
      tag,
      summary: 'Server-sent events: `changes` whenever the log has grown past `after`',
      method: 'get',
      path: '/changes/stream',
      access: 'viewer',
      place: here,
      query: z.strictObject({ ...inWorkspace, after: position.default(0) }),
      answer: {
        status: 200,
        schema: z.object({ to: changeSchema.shape.position }),
        media: 'text/event-stream',
      },
    },
    async (call) => changeStream(call),
  ),
];
