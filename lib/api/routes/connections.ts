import { z } from 'zod';
import {
  authorizeAnswerSchema,
  authorizeInputSchema,
  connectInputSchema,
  connectionLogSchema,
  connectionSchema,
  connectorSchema,
  previewInputSchema,
  streamPreviewSchema,
} from '#lib/connections/schema';
import type { JsonObject } from '#lib/core/index';
import { sagaSchema } from '#lib/sagas/schema';
import { route } from '../contract.ts';
import { decodeIdCursor, encodeIdCursor } from '../cursor.ts';
import { idParams, listOf, paging, workspaceQuery } from '../shapes.ts';

const tag = 'connections';
const here = { about: 'workspace' } as const;
const theConnection = { about: 'connection', in: 'path', name: 'id' } as const;
const askingTheService = [
  'commands.timeout',
  'connections.not_active',
  'connections.needs_reauth',
  'provider.unavailable',
] as const;

export const connectionRoutes = [
  route(
    {
      id: 'listConnectors',
      tag,
      summary: 'The catalogue: every connector, and what this workspace needs to connect it',
      method: 'get',
      path: '/connectors',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(connectorSchema) },
    },
    async ({ hub, session, workspaceId, origin }) => ({
      data: await hub.connections.catalogue(session, { workspaceId, origin }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'listConnections',
      tag,
      summary: 'Connections of a workspace',
      method: 'get',
      path: '/connections',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(connectionSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.connections.list(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'getConnection',
      tag,
      summary: 'One connection',
      method: 'get',
      path: '/connections/{id}',
      access: 'viewer',
      place: theConnection,
      params: idParams,
      answer: { status: 200, schema: connectionSchema },
    },
    async ({ hub, session, params }) => hub.connections.get(session, params.id),
  ),
  route(
    {
      id: 'authorizeConnection',
      tag,
      summary: 'Begin an authorization: where to send the browser',
      method: 'post',
      path: '/connections/authorize',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      body: authorizeInputSchema,
      answer: { status: 200, schema: authorizeAnswerSchema },
      codes: ['connections.app_missing', 'connections.not_active'],
    },
    async ({ hub, session, workspaceId, origin, body }) =>
      hub.connections.authorize(session, {
        workspaceId,
        origin,
        connector: body.connector,
        appId: body.app_id,
        connectionId: body.connection_id,
        abilities: body.abilities,
        returnTo: body.return_to,
      }),
  ),
  route(
    {
      id: 'connect',
      tag,
      summary: 'Connect an account by key or password; stored once the service said yes',
      method: 'post',
      path: '/connections',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      body: connectInputSchema,
      answer: { status: 201, schema: connectionSchema },
      codes: [
        ...askingTheService,
        'connections.key_refused',
        'connections.account_mismatch',
        'provider.timeout',
      ],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.connections.connect(session, { workspaceId }, body),
  ),
  route(
    {
      id: 'previewStream',
      tag,
      summary: 'Try the definition of a stream: what its first page would bring, with nothing kept',
      method: 'post',
      path: '/connections/{id}/preview',
      access: 'editor',
      place: theConnection,
      params: idParams,
      body: previewInputSchema,
      answer: { status: 200, schema: streamPreviewSchema },
      codes: askingTheService,
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.connections.preview(session, {
        workspaceId,
        connectionId: params.id,
        resource: body.resource,
        definition: body.definition as JsonObject,
      }),
  ),
  route(
    {
      id: 'checkConnection',
      tag,
      summary: 'Test a connection: ask the service who we are',
      method: 'post',
      path: '/connections/{id}/check',
      access: 'editor',
      place: theConnection,
      params: idParams,
      answer: { status: 200, schema: connectionSchema },
      codes: askingTheService,
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.connections.check(session, { workspaceId, connectionId: params.id }),
  ),
  route(
    {
      id: 'disconnect',
      tag,
      summary: 'Disconnect: webhooks removed, access revoked, credential erased',
      method: 'delete',
      path: '/connections/{id}',
      access: 'admin',
      place: theConnection,
      params: idParams,
      answer: { status: 202, schema: connectionSchema },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.connections.disconnect(session, { workspaceId, connectionId: params.id }),
  ),
  route(
    {
      id: 'listSagas',
      tag,
      summary:
        'How connecting, starting streams and disconnecting went, step by step, newest first',
      method: 'get',
      path: '/connections/{id}/sagas',
      access: 'viewer',
      place: theConnection,
      params: idParams,
      answer: { status: 200, schema: listOf(sagaSchema) },
    },
    async ({ hub, session, workspaceId, params }) => ({
      data: await hub.connections.sagas(session, { workspaceId, connectionId: params.id }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'listConnectionLog',
      tag,
      summary: 'What happened to a connection, newest first',
      method: 'get',
      path: '/connections/{id}/log',
      access: 'viewer',
      place: theConnection,
      params: idParams,
      query: z.strictObject(paging),
      answer: { status: 200, schema: listOf(connectionLogSchema) },
    },
    async ({ hub, session, params, query }) => {
      const before = decodeIdCursor(query.cursor);
      const page = { connectionId: params.id, before, limit: query.limit };
      const { data, next } = await hub.connections.log(session, page);
      return { data, next_cursor: next === null ? null : encodeIdCursor(next) };
    },
  ),
];
