import { z } from 'zod';
import {
  appInputSchema,
  appSchema,
  formAppInputSchema,
  formCheckSchema,
  formPlaceSchema,
  slugPattern,
} from '#lib/connections/schema';
import { HubError } from '#lib/core/index';
import { route } from '../contract.ts';
import { idParams, listOf, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'connections';
const here = { about: 'workspace' } as const;

const formParams = z.strictObject({
  connector: z.string().min(1).max(40),
  slug: z.string().regex(slugPattern, 'is no short name'),
});
const askingTheWorker = ['commands.timeout'] as const;

export const appRoutes = [
  route(
    {
      id: 'listApps',
      tag,
      summary: 'OAuth apps of a workspace; a client secret never comes out',
      method: 'get',
      path: '/apps',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(appSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.connections.listApps(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'putApp',
      tag,
      summary: 'Set the OAuth app of a connector',
      method: 'put',
      path: '/apps/{connector}',
      access: 'admin',
      place: here,
      params: z.strictObject({ connector: z.string().min(1).max(40) }),
      query: workspaceQuery,
      body: appInputSchema,
      answer: { status: 200, schema: appSchema },
    },
    async ({ hub, session, workspaceId, params, body }) => {
      if (params.connector !== body.connector) {
        throw new HubError('request.invalid', 'The path names another connector than the body.');
      }
      return hub.connections.putApp(session, { workspaceId }, body);
    },
  ),
  route(
    {
      id: 'checkFormApp',
      tag,
      summary: 'What a service says of itself, and whether each of its addresses may be used',
      method: 'post',
      path: '/form-apps/{connector}/{slug}/check',
      access: 'admin',
      place: here,
      params: formParams,
      query: workspaceQuery,
      body: formPlaceSchema,
      answer: { status: 200, schema: formCheckSchema },
      codes: askingTheWorker,
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.connections.checkFormApp(session, { workspaceId, ...params }, body),
  ),
  route(
    {
      id: 'putFormApp',
      tag,
      summary:
        'Set an OAuth app of a service that a form describes; its addresses are checked first',
      method: 'put',
      path: '/form-apps/{connector}/{slug}',
      access: 'admin',
      place: here,
      params: formParams,
      query: workspaceQuery,
      body: formAppInputSchema,
      answer: { status: 200, schema: appSchema },
      codes: askingTheWorker,
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.connections.putFormApp(session, { workspaceId, ...params }, body),
  ),
  route(
    {
      id: 'deleteApp',
      tag,
      summary: 'Remove an OAuth app that no connection uses',
      method: 'delete',
      path: '/apps/{id}',
      access: 'admin',
      place: { about: 'app', in: 'path', name: 'id' },
      params: idParams,
      answer: { status: 204, schema: nothing },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.connections.deleteApp(session, { workspaceId, appId: params.id }),
  ),
];
