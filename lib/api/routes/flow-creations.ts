import { z } from 'zod';
import { creationSchema, releasedSchema } from '#lib/flows/schema';
import { route } from '../contract.ts';
import { idParams, listOf, paging } from '../shapes.ts';

const tag = 'flows';
const theFlow = { about: 'flow', in: 'path', name: 'id' } as const;
const creationParams = z.strictObject({ id: z.uuid(), creation_id: z.uuid() });

export const flowCreationRoutes = [
  route(
    {
      id: 'listFlowCreations',
      tag,
      summary: 'Objects a flow still owes its sides: refused first, then unknown, then waiting',
      method: 'get',
      path: '/flows/{id}/creations',
      access: 'viewer',
      place: theFlow,
      params: idParams,
      query: z.strictObject(paging),
      answer: { status: 200, schema: listOf(creationSchema) },
    },
    async ({ hub, session, workspaceId, params, query }) =>
      hub.flowCreations.list(session, { workspaceId, flowId: params.id, ...query }),
  ),
  route(
    {
      id: 'retryFlowCreation',
      tag,
      summary: 'Have an object tried again that a service refused, or that waits for a person',
      method: 'post',
      path: '/flows/{id}/creations/{creation_id}/retry',
      access: 'editor',
      place: theFlow,
      params: creationParams,
      answer: { status: 200, schema: creationSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowCreations.retry(session, {
        workspaceId,
        flowId: params.id,
        creationId: params.creation_id,
      }),
  ),
  route(
    {
      id: 'releaseFlowCreations',
      tag,
      summary: 'Have all objects made that wait because they were more than usual at once',
      method: 'post',
      path: '/flows/{id}/creations/release',
      access: 'editor',
      place: theFlow,
      params: idParams,
      answer: { status: 200, schema: releasedSchema },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowCreations.release(session, { workspaceId, flowId: params.id }),
  ),
  route(
    {
      id: 'dropFlowCreation',
      tag,
      summary: 'Let an object be that is owed and was not sent, or was refused',
      method: 'post',
      path: '/flows/{id}/creations/{creation_id}/cancel',
      access: 'editor',
      place: theFlow,
      params: creationParams,
      answer: { status: 200, schema: creationSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowCreations.drop(session, {
        workspaceId,
        flowId: params.id,
        creationId: params.creation_id,
      }),
  ),
];
