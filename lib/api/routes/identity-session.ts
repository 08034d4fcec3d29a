import { z } from 'zod';
import {
  realtimeTokenSchema,
  sessionInfoSchema,
  sessionRowSchema,
  workspaceSchema,
} from '#lib/identity/schema';
import { route } from '../contract.ts';
import { idParams, listOf, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'identity';
const caller = { about: 'caller' } as const;
const nameBody = z.strictObject({ name: z.string().trim().min(1).max(80) });

export const sessionRoutes = [
  route(
    {
      id: 'getSession',
      tag,
      summary: 'Who is asking, and the workspaces they belong to',
      method: 'get',
      path: '/session',
      access: 'session',
      place: caller,
      answer: { status: 200, schema: sessionInfoSchema },
    },
    async ({ hub, session }) => hub.identity.sessionInfo(session),
  ),
  route(
    {
      id: 'listSessions',
      tag,
      summary: 'The caller’s own living sessions',
      method: 'get',
      path: '/sessions',
      access: 'session',
      place: caller,
      answer: { status: 200, schema: listOf(sessionRowSchema) },
    },
    async ({ hub, session }) => ({
      data: await hub.identity.listSessions(session),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'revokeSession',
      tag,
      summary: 'End one of the caller’s own sessions; it counts at once',
      method: 'delete',
      path: '/sessions/{id}',
      access: 'session',
      place: { about: 'caller', ownRow: { kind: 'session', name: 'id' } },
      params: idParams,
      answer: { status: 204, schema: nothing },
    },
    async ({ hub, session, params }) => hub.identity.revokeSession(session, params.id),
  ),
  route(
    {
      id: 'createRealtimeToken',
      tag,
      summary: 'A token of five minutes for Realtime, and the topic to join',
      method: 'post',
      path: '/realtime-token',
      access: 'viewer',
      place: { about: 'workspace' },
      query: workspaceQuery,
      answer: { status: 200, schema: realtimeTokenSchema },
    },
    async ({ hub, session, workspaceId, origin }) =>
      hub.identity.issueRealtimeToken(session, { workspaceId, origin }),
  ),
  route(
    {
      id: 'listWorkspaces',
      tag,
      summary: 'The caller’s workspaces, with their role in each',
      method: 'get',
      path: '/workspaces',
      access: 'session',
      place: caller,
      answer: { status: 200, schema: listOf(workspaceSchema) },
    },
    async ({ session }) => ({ data: session.workspaces, next_cursor: null }),
  ),
  route(
    {
      id: 'createWorkspace',
      tag,
      summary: 'Make a workspace',
      method: 'post',
      path: '/workspaces',
      access: 'instance_owner',
      place: caller,
      body: nameBody,
      answer: { status: 201, schema: workspaceSchema },
    },
    async ({ hub, session, body }) => hub.identity.createWorkspace(session, body.name),
  ),
  route(
    {
      id: 'renameWorkspace',
      tag,
      summary: 'Rename a workspace; its address stays',
      method: 'patch',
      path: '/workspaces/{id}',
      access: 'admin',
      place: { about: 'workspace', in: 'path', name: 'id' },
      params: idParams,
      body: nameBody,
      answer: { status: 200, schema: workspaceSchema },
    },
    async ({ hub, session, workspaceId, role, body }) =>
      hub.identity.renameWorkspace(session, { workspaceId, role, name: body.name }),
  ),
];
