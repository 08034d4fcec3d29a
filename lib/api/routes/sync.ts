import { z } from 'zod';
import type { JsonObject } from '#lib/core/index';
import {
  runActionSchema,
  runHistorySchema,
  runSchema,
  streamInputSchema,
  streamSchema,
} from '#lib/sync/schema';
import { route } from '../contract.ts';
import { idParams, inWorkspace, listOf, paging, workspaceQuery } from '../shapes.ts';

const tag = 'sync';
const here = { about: 'workspace' } as const;
const theStream = { about: 'stream', in: 'path', name: 'id' } as const;
const theRun = { about: 'run', in: 'path', name: 'id' } as const;

export const syncRoutes = [
  route(
    {
      id: 'listStreams',
      tag,
      summary: 'Streams of a workspace or of one connection',
      method: 'get',
      path: '/streams',
      access: 'viewer',
      place: here,
      query: z.strictObject({ ...inWorkspace, connection_id: z.uuid().optional() }),
      answer: { status: 200, schema: listOf(streamSchema) },
    },
    async ({ hub, session, workspaceId, query }) => ({
      data: await hub.sync.listStreams(session, {
        workspaceId,
        connectionId: query.connection_id,
      }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'createStream',
      tag,
      summary: 'Read a scope of a connection: registers the webhook and starts the backfill',
      method: 'post',
      path: '/streams',
      access: 'editor',
      place: { about: 'connection', in: 'body', name: 'connection_id' },
      query: workspaceQuery,
      body: streamInputSchema,
      answer: { status: 201, schema: streamSchema },
      codes: [
        'resource.conflict',
        'commands.timeout',
        'connections.not_active',
        'connections.needs_reauth',
      ],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.connections.addStream(session, {
        workspaceId,
        connectionId: body.connection_id,
        resource: body.resource,
        ...(body.definition === undefined
          ? { scopeKey: body.scope_key ?? '' }
          : { definition: body.definition as JsonObject }),
      }),
  ),
  route(
    {
      id: 'updateStream',
      tag,
      summary: 'Pause a stream or let it go on',
      method: 'patch',
      path: '/streams/{id}',
      access: 'editor',
      place: theStream,
      params: idParams,
      body: z.strictObject({ phase: z.enum(['paused', 'live']) }),
      answer: { status: 200, schema: streamSchema },
      codes: ['sync.run_state'],
    },
    async ({ hub, session, params, body }) =>
      hub.sync.updateStream(session, { streamId: params.id, phase: body.phase }),
  ),
  route(
    {
      id: 'startRun',
      tag,
      summary: 'Read a stream again: everything, what is new, or what is gone',
      method: 'post',
      path: '/streams/{id}/runs',
      access: 'editor',
      place: theStream,
      params: idParams,
      body: z.strictObject({ kind: z.enum(['backfill', 'poll', 'reconcile']) }),
      answer: { status: 201, schema: runSchema },
      codes: ['sync.run_state'],
    },
    async ({ hub, session, params, body }) =>
      hub.sync.startRun(session, { streamId: params.id, kind: body.kind }),
  ),
  route(
    {
      id: 'listRuns',
      tag,
      summary: 'Runs, newest first',
      method: 'get',
      path: '/runs',
      access: 'viewer',
      place: here,
      query: z.strictObject({
        ...inWorkspace,
        ...paging,
        connection_id: z.uuid().optional(),
        stream_id: z.uuid().optional(),
      }),
      answer: { status: 200, schema: listOf(runSchema) },
    },
    async ({ hub, session, workspaceId, query }) =>
      hub.sync.listRuns(session, {
        workspaceId,
        connectionId: query.connection_id,
        streamId: query.stream_id,
        cursor: query.cursor,
        limit: query.limit,
      }),
  ),
  route(
    {
      id: 'getRun',
      tag,
      summary: 'One run with its progress',
      method: 'get',
      path: '/runs/{id}',
      access: 'viewer',
      place: theRun,
      params: idParams,
      answer: { status: 200, schema: runSchema },
    },
    async ({ hub, session, params }) => hub.sync.getRun(session, params.id),
  ),
  route(
    {
      id: 'listRunEvents',
      tag,
      summary: 'What happened to a run, in order; all of it together is the run',
      method: 'get',
      path: '/runs/{id}/events',
      access: 'viewer',
      place: theRun,
      params: idParams,
      answer: { status: 200, schema: runHistorySchema },
    },
    async ({ hub, session, params }) => hub.sync.runHistory(session, params.id),
  ),
  route(
    {
      id: 'actOnRun',
      tag,
      summary: 'Pause, resume or cancel a run',
      method: 'patch',
      path: '/runs/{id}',
      access: 'editor',
      place: theRun,
      params: idParams,
      body: runActionSchema,
      answer: { status: 200, schema: runSchema },
      codes: ['sync.run_state'],
    },
    async ({ hub, session, params, body }) =>
      hub.sync.actOnRun(session, { runId: params.id, action: body.action }),
  ),
];
