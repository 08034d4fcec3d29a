import {
  appWebhookInputSchema,
  appWebhookSchema,
  deadLetterGroupSchema,
  inboxCountsSchema,
  inboxEventDetailSchema,
  inboxListQuerySchema,
  inboxPageSchema,
  quarantineQuerySchema,
  refusalSchema,
  refusedRequestSchema,
} from '#lib/webhooks/schema';
import { route } from '../contract.ts';
import { decodeIdCursor, pageOf } from '../cursor.ts';
import { idParams, listOf, workspaceQuery } from '../shapes.ts';

const tag = 'webhooks';
const here = { about: 'workspace' } as const;
const theEvent = { about: 'inbox_event', in: 'path', name: 'id' } as const;

export const webhookRoutes = [
  route(
    {
      id: 'listAppWebhooks',
      tag,
      summary:
        'Webhooks that are set up by hand: the address to copy, and whether events have come',
      method: 'get',
      path: '/app-webhooks',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(appWebhookSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.webhooks.listAppWebhooks(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'putAppWebhook',
      tag,
      summary: 'Set the secret an app’s webhooks are signed with; it never comes out',
      method: 'put',
      path: '/apps/{id}/webhook',
      access: 'admin',
      place: { about: 'app', in: 'path', name: 'id' },
      params: idParams,
      body: appWebhookInputSchema,
      answer: { status: 200, schema: appWebhookSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.webhooks.putAppWebhook(session, { workspaceId, appId: params.id }, body.secret),
  ),
  route(
    {
      id: 'listInboxEvents',
      tag,
      summary: 'Webhooks as they arrived, newest first, from a place on in either direction',
      method: 'get',
      path: '/inbox-events',
      access: 'viewer',
      place: here,
      query: inboxListQuerySchema,
      answer: { status: 200, schema: inboxPageSchema },
    },
    async ({ hub, session, workspaceId, query }) => {
      const { workspace_id: _, cursor, after, limit, ...filter } = query;
      return hub.webhooks.listEvents(session, { workspaceId, filter, cursor, after, limit });
    },
  ),
  route(
    {
      id: 'countInboxEvents',
      tag,
      summary: 'How many webhooks there are of each status',
      method: 'get',
      path: '/inbox-counts',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: inboxCountsSchema },
    },
    async ({ hub, session, workspaceId }) => hub.webhooks.countEvents(session, { workspaceId }),
  ),
  route(
    {
      id: 'listDeadLetters',
      tag,
      summary: 'Webhooks that could not be applied, by reason, and the latest of each',
      method: 'get',
      path: '/dead-letters',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(deadLetterGroupSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.webhooks.listDeadLetters(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'getInboxEvent',
      tag,
      summary: 'One webhook with headers, body and attempts',
      method: 'get',
      path: '/inbox-events/{id}',
      access: 'viewer',
      place: theEvent,
      params: idParams,
      answer: { status: 200, schema: inboxEventDetailSchema },
    },
    async ({ hub, session, params }) => hub.webhooks.getEvent(session, params.id),
  ),
  route(
    {
      id: 'replayInboxEvent',
      tag,
      summary: 'Apply a webhook once more',
      method: 'post',
      path: '/inbox-events/{id}/replay',
      access: 'editor',
      place: theEvent,
      params: idParams,
      answer: { status: 202, schema: inboxEventDetailSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, params }) => hub.webhooks.replay(session, params.id),
  ),
  route(
    {
      id: 'listRefusedWebhooks',
      tag,
      summary: 'Requests that were refused, what they held and what is probably the matter',
      method: 'get',
      path: '/refused-webhooks',
      access: 'viewer',
      place: here,
      query: quarantineQuerySchema,
      answer: { status: 200, schema: listOf(refusedRequestSchema) },
    },
    async ({ hub, session, workspaceId, query }) => {
      const { endpoint_id: endpointId, cursor, limit } = query;
      const page = { workspaceId, endpointId, beforeId: decodeIdCursor(cursor), limit };
      return pageOf(await hub.webhooks.listQuarantine(session, page), limit);
    },
  ),
  route(
    {
      id: 'listWebhookRefusals',
      tag,
      summary: 'Requests that were refused since midnight UTC, counted by reason',
      method: 'get',
      path: '/webhook-refusals',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(refusalSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.webhooks.listRefusals(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
];
