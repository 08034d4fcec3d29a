import { replayAnswerSchema, replayInputSchema, replaySchema } from '#lib/webhooks/schema';
import { route } from '../contract.ts';
import { decodeIdCursor, pageOf } from '../cursor.ts';
import { idParams, listOf, pageQuery, workspaceQuery } from '../shapes.ts';

const tag = 'webhooks';
const here = { about: 'workspace' } as const;
const theReplay = { about: 'replay', in: 'path', name: 'id' } as const;

export const replayRoutes = [
  route(
    {
      id: 'startReplay',
      tag,
      summary: 'Apply a selection of webhooks once more, or all that a filter names; or preview it',
      method: 'post',
      path: '/replays',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: replayInputSchema,
      answer: { status: 202, schema: replayAnswerSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, body }) => {
      const selection = body.ids ? { ids: body.ids } : { filter: body.filter ?? {} };
      return body.dry_run
        ? hub.replays.preview(session, { workspaceId }, selection)
        : hub.replays.start(session, { workspaceId }, selection);
    },
  ),
  route(
    {
      id: 'listReplays',
      tag,
      summary: 'Replays and how far they are, newest first',
      method: 'get',
      path: '/replays',
      access: 'viewer',
      place: here,
      query: pageQuery,
      answer: { status: 200, schema: listOf(replaySchema) },
    },
    async ({ hub, session, workspaceId, query }) => {
      const beforeId = decodeIdCursor(query.cursor);
      const rows = await hub.replays.list(session, { workspaceId, beforeId, limit: query.limit });
      return pageOf(rows, query.limit);
    },
  ),
  route(
    {
      id: 'getReplay',
      tag,
      summary: 'One replay and how far it is',
      method: 'get',
      path: '/replays/{id}',
      access: 'viewer',
      place: theReplay,
      params: idParams,
      answer: { status: 200, schema: replaySchema },
    },
    async ({ hub, session, params }) => hub.replays.get(session, params.id),
  ),
  route(
    {
      id: 'cancelReplay',
      tag,
      summary: 'Hand out nothing more; what was handed out is applied all the same',
      method: 'post',
      path: '/replays/{id}/cancel',
      access: 'editor',
      place: theReplay,
      params: idParams,
      answer: { status: 200, schema: replaySchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.replays.cancel(session, { workspaceId, id: params.id }),
  ),
];
