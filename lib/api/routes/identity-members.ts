import { z } from 'zod';
import {
  auditRowSchema,
  createdInvitationSchema,
  invitationInputSchema,
  invitationSchema,
  memberSchema,
  roleSchema,
  workspaceSchema,
} from '#lib/identity/schema';
import { route } from '../contract.ts';
import { decodeIdCursor, pageOf } from '../cursor.ts';
import { idParams, listOf, nothing, pageQuery, workspaceQuery } from '../shapes.ts';

const tag = 'identity';
const here = { about: 'workspace' } as const;
const userParams = z.strictObject({ user_id: z.uuid() });

export const memberRoutes = [
  route(
    {
      id: 'listMembers',
      tag,
      summary: 'Members of a workspace',
      method: 'get',
      path: '/members',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(memberSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.identity.listMembers(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'changeMemberRole',
      tag,
      summary: 'Change a member’s role; only owners make, change or lower an owner',
      method: 'patch',
      path: '/members/{user_id}',
      access: 'admin',
      place: here,
      params: userParams,
      query: workspaceQuery,
      body: z.strictObject({ role: roleSchema }),
      answer: { status: 200, schema: memberSchema },
      codes: ['identity.last_owner'],
    },
    async ({ hub, session, workspaceId, role, params, body }) =>
      hub.identity.changeRole(session, {
        workspaceId,
        actorRole: role,
        userId: params.user_id,
        role: body.role,
      }),
  ),
  route(
    {
      id: 'removeMember',
      tag,
      summary: 'Remove a member, or leave',
      method: 'delete',
      path: '/members/{user_id}',
      access: 'admin',
      orSelf: 'user_id',
      place: here,
      params: userParams,
      query: workspaceQuery,
      answer: { status: 204, schema: nothing },
      codes: ['identity.last_owner'],
    },
    async ({ hub, session, workspaceId, role, params }) =>
      hub.identity.removeMember(session, {
        workspaceId,
        actorRole: role,
        userId: params.user_id,
      }),
  ),
  route(
    {
      id: 'listInvitations',
      tag,
      summary: 'Invitations of a workspace, newest first',
      method: 'get',
      path: '/invitations',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(invitationSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.identity.listInvitations(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'createInvitation',
      tag,
      summary: 'Invite an e-mail address; the link is answered this once',
      method: 'post',
      path: '/invitations',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      body: invitationInputSchema,
      answer: { status: 201, schema: createdInvitationSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, origin, body }) =>
      hub.identity.createInvitation(session, { workspaceId, origin, ...body }),
  ),
  route(
    {
      id: 'revokeInvitation',
      tag,
      summary: 'Revoke an invitation nobody has accepted',
      method: 'delete',
      path: '/invitations/{id}',
      access: 'admin',
      place: { about: 'invitation', in: 'path', name: 'id' },
      params: idParams,
      answer: { status: 204, schema: nothing },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.identity.revokeInvitation(session, { workspaceId, invitationId: params.id }),
  ),
  route(
    {
      id: 'acceptInvitation',
      tag,
      summary: 'Accept an invitation made for the caller’s verified e-mail',
      method: 'post',
      path: '/invitations/accept',
      access: 'session',
      place: { about: 'caller' },
      body: z.strictObject({ token: z.string().min(1).max(100) }),
      answer: { status: 200, schema: workspaceSchema },
      codes: ['identity.invitation_invalid'],
    },
    async ({ hub, session, body }) => hub.identity.acceptInvitation(session, body.token),
  ),
  route(
    {
      id: 'listAuditLog',
      tag,
      summary: 'What was done in a workspace, newest first',
      method: 'get',
      path: '/audit-log',
      access: 'admin',
      place: here,
      query: pageQuery,
      answer: { status: 200, schema: listOf(auditRowSchema) },
    },
    async ({ hub, session, workspaceId, query }) => {
      const beforeId = decodeIdCursor(query.cursor);
      const limit = query.limit + 1;
      const rows = await hub.identity.listAudit(session, { workspaceId, beforeId, limit });
      return pageOf(rows, query.limit);
    },
  ),
];
