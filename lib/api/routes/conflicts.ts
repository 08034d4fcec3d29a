import { z } from 'zod';
import {
  conflictCountsSchema,
  conflictFilterSchema,
  conflictSchema,
  resolveAllInputSchema,
  resolveAnswerSchema,
  resolvedAllSchema,
  resolveInputSchema,
  undoInputSchema,
  undoneSchema,
} from '#lib/records/schema';
import { route } from '../contract.ts';
import { idParams, inWorkspace, listOf, paging } from '../shapes.ts';

const tag = 'conflicts';
const here = { about: 'workspace' } as const;
const filter = conflictFilterSchema.shape;

export const conflictRoutes = [
  route(
    {
      id: 'listConflicts',
      tag,
      summary: 'Fields that changed on both sides, newest first',
      method: 'get',
      path: '/conflicts',
      access: 'viewer',
      place: here,
      query: z.strictObject({ ...inWorkspace, ...paging, ...filter }),
      answer: { status: 200, schema: listOf(conflictSchema) },
    },
    async ({ hub, session, workspaceId, query }) => {
      const { workspace_id: _named, cursor, limit, ...named } = query;
      return hub.conflicts.list(session, { workspaceId, filter: named, cursor, limit });
    },
  ),
  route(
    {
      id: 'countConflicts',
      tag,
      summary: 'How many conflicts there are, and where the open ones are',
      method: 'get',
      path: '/conflicts/counts',
      access: 'viewer',
      place: here,
      query: z.strictObject({ ...inWorkspace, ...filter }).omit({ status: true }),
      answer: { status: 200, schema: conflictCountsSchema },
    },
    async ({ hub, session, workspaceId, query }) => {
      const { workspace_id: _named, ...named } = query;
      return hub.conflicts.counts(session, { workspaceId, filter: named });
    },
  ),
  route(
    {
      id: 'resolveConflicts',
      tag,
      summary:
        'Settle conflicts; each is answered for itself, and the services are told afterwards',
      method: 'post',
      path: '/conflicts/resolve',
      access: 'editor',
      place: here,
      query: z.strictObject(inWorkspace),
      body: resolveInputSchema,
      answer: { status: 200, schema: resolveAnswerSchema },
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.conflicts.resolve(session, {
        workspaceId,
        mutationId: body.mutation_id,
        items: body.items,
      }),
  ),
  route(
    {
      id: 'resolveAllConflicts',
      tag,
      summary: 'The same choice for all open conflicts a filter names, a slice at a time',
      method: 'post',
      path: '/conflicts/resolve-all',
      access: 'editor',
      place: here,
      query: z.strictObject(inWorkspace),
      body: resolveAllInputSchema,
      answer: { status: 200, schema: resolvedAllSchema },
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.conflicts.resolveAll(session, { workspaceId, ...body }),
  ),
  route(
    {
      id: 'undoConflict',
      tag,
      summary: 'Take back how a conflict was settled, by a person or by a policy',
      method: 'post',
      path: '/conflicts/{id}/undo',
      access: 'editor',
      place: { about: 'conflict', in: 'path', name: 'id' },
      params: idParams,
      body: undoInputSchema,
      answer: { status: 200, schema: undoneSchema },
      codes: ['resource.conflict', 'records.version_conflict'],
    },
    async ({ hub, session, params, body }) =>
      hub.conflicts.undo(session, { conflictId: params.id, mutationId: body.mutation_id }),
  ),
];
