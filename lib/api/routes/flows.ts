import {
  flowInputSchema,
  flowPatchSchema,
  flowSchema,
  suggestionInputSchema,
  suggestionSchema,
} from '#lib/flows/schema';
import { route } from '../contract.ts';
import { idParams, listOf, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'flows';
const here = { about: 'workspace' } as const;
const theFlow = { about: 'flow', in: 'path', name: 'id' } as const;

export const flowRoutes = [
  route(
    {
      id: 'listFlows',
      tag,
      summary: 'Streams that are kept the same, with what is joined, owed, in conflict and refused',
      method: 'get',
      path: '/flows',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(flowSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.flows.list(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'createFlow',
      tag,
      summary: 'A draft of a flow; a plan of it is made and enabled before anything is joined',
      method: 'post',
      path: '/flows',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: flowInputSchema,
      answer: { status: 201, schema: flowSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.flows.create(session, { workspaceId, input: body }),
  ),
  route(
    {
      id: 'suggestFlowRules',
      tag,
      summary:
        'What the mapping between streams could be, each rule with its reason, and what is missing',
      method: 'post',
      path: '/flows/suggestions',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: suggestionInputSchema,
      answer: { status: 200, schema: listOf(suggestionSchema) },
    },
    async ({ hub, session, workspaceId, body }) => ({
      data: await hub.flows.suggest(session, { workspaceId, streamIds: body.stream_ids }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'getFlow',
      tag,
      summary: 'One flow',
      method: 'get',
      path: '/flows/{id}',
      access: 'viewer',
      place: theFlow,
      params: idParams,
      answer: { status: 200, schema: flowSchema },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flows.get(session, { workspaceId, flowId: params.id }),
  ),
  route(
    {
      id: 'updateFlow',
      tag,
      summary: 'Change the sides, rules or matching of a flow, pause it, or let it go on',
      method: 'patch',
      path: '/flows/{id}',
      access: 'editor',
      place: theFlow,
      params: idParams,
      body: flowPatchSchema,
      answer: { status: 200, schema: flowSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.flows.change(session, { workspaceId, flowId: params.id, patch: body }),
  ),
  route(
    {
      id: 'deleteFlow',
      tag,
      summary: 'Keep its streams the same no longer; what is joined stays joined',
      method: 'delete',
      path: '/flows/{id}',
      access: 'editor',
      place: theFlow,
      params: idParams,
      answer: { status: 204, schema: nothing },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flows.delete(session, { workspaceId, flowId: params.id }),
  ),
];
