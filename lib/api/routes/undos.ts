import { z } from 'zod';
import {
  changeUndoInputSchema,
  changeUndoSchema,
  undoAnswerSchema,
  undoDetailSchema,
  undoRunInputSchema,
  undoRunSchema,
} from '#lib/records/schema';
import { route } from '../contract.ts';
import { decodeIdCursor, pageOf } from '../cursor.ts';
import { idParams, inWorkspace, listOf, paging, workspaceQuery } from '../shapes.ts';

const tag = 'records';
const here = { about: 'workspace' } as const;
const theUndo = { about: 'undo', in: 'path', name: 'id' } as const;

export const undoRoutes = [
  route(
    {
      id: 'undoChange',
      tag,
      summary: 'Take one change back, or preview it; the services are told afterwards',
      method: 'post',
      path: '/changes/{position}/undo',
      access: 'editor',
      place: here,
      params: z.strictObject({
        position: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
      }),
      query: workspaceQuery,
      body: changeUndoInputSchema,
      answer: { status: 200, schema: changeUndoSchema },
      codes: ['records.undo_blocked', 'resource.conflict'],
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.undos.change(session, { workspaceId, position: params.position, ...body }),
  ),
  route(
    {
      id: 'startUndo',
      tag,
      summary: 'Take back all that one run did, or preview it',
      method: 'post',
      path: '/undos',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: undoRunInputSchema,
      answer: { status: 202, schema: undoAnswerSchema },
      codes: ['records.undo_asks', 'resource.conflict', 'sync.run_state'],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.undos.start(session, { workspaceId, ...body }),
  ),
  route(
    {
      id: 'listUndos',
      tag,
      summary: 'Undos of runs and how far they are, newest first',
      method: 'get',
      path: '/undos',
      access: 'viewer',
      place: here,
      query: z.strictObject({ ...inWorkspace, ...paging, run_id: z.uuid().optional() }),
      answer: { status: 200, schema: listOf(undoRunSchema) },
    },
    async ({ hub, session, workspaceId, query }) => {
      const beforeId = decodeIdCursor(query.cursor);
      const { run_id: runId, limit } = query;
      const rows = await hub.undos.list(session, { workspaceId, runId, beforeId, limit });
      return pageOf(rows, limit);
    },
  ),
  route(
    {
      id: 'getUndo',
      tag,
      summary: 'One undo, and what it could not take back',
      method: 'get',
      path: '/undos/{id}',
      access: 'viewer',
      place: theUndo,
      params: idParams,
      answer: { status: 200, schema: undoDetailSchema },
    },
    async ({ hub, session, params }) => hub.undos.get(session, params.id),
  ),
  route(
    {
      id: 'cancelUndo',
      tag,
      summary: 'Take back nothing more; what was taken back stays so',
      method: 'post',
      path: '/undos/{id}/cancel',
      access: 'editor',
      place: theUndo,
      params: idParams,
      answer: { status: 200, schema: undoRunSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.undos.cancel(session, { workspaceId, undoId: params.id }),
  ),
];
