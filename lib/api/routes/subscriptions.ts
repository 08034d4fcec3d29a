import { z } from 'zod';
import {
  analyticsQuerySchema,
  analyticsSchema,
  replayInputSchema,
  replaySchema,
  secretInputSchema,
  subscriptionInputSchema,
  subscriptionMadeSchema,
  subscriptionPatchSchema,
  subscriptionSchema,
} from '#lib/delivery/schema';
import { route } from '../contract.ts';
import { idParams, listOf, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'delivery';
const here = { about: 'workspace' } as const;
const theSubscription = { about: 'subscription', in: 'path', name: 'id' } as const;

export const subscriptionRoutes = [
  route(
    {
      id: 'listSubscriptions',
      tag,
      summary: 'Who is told of changes, and how far they were told',
      method: 'get',
      path: '/subscriptions',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(subscriptionSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.delivery.listSubscriptions(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'createSubscription',
      tag,
      summary: 'Tell a destination of changes from now, from the beginning or from a position on',
      method: 'post',
      path: '/subscriptions',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: subscriptionInputSchema,
      answer: { status: 201, schema: subscriptionMadeSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.delivery.createSubscription(session, { workspaceId, input: body }),
  ),
  route(
    {
      id: 'getSubscription',
      tag,
      summary: 'One subscription',
      method: 'get',
      path: '/subscriptions/{id}',
      access: 'viewer',
      place: theSubscription,
      params: idParams,
      answer: { status: 200, schema: subscriptionSchema },
    },
    async ({ hub, session, params }) => hub.delivery.getSubscription(session, params.id),
  ),
  route(
    {
      id: 'updateSubscription',
      tag,
      summary: 'Change a subscription, pause it, or let it go on',
      method: 'patch',
      path: '/subscriptions/{id}',
      access: 'editor',
      place: theSubscription,
      params: idParams,
      body: subscriptionPatchSchema,
      answer: { status: 200, schema: subscriptionSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.delivery.changeSubscription(session, { workspaceId, id: params.id, patch: body }),
  ),
  route(
    {
      id: 'deleteSubscription',
      tag,
      summary: 'Tell it nothing any more; what is owed is dropped',
      method: 'delete',
      path: '/subscriptions/{id}',
      access: 'editor',
      place: theSubscription,
      params: idParams,
      answer: { status: 204, schema: nothing },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, params }) => hub.delivery.deleteSubscription(session, params.id),
  ),
  route(
    {
      id: 'putSubscriptionSecret',
      tag,
      summary: 'Another secret; the one before it stays good for the overlap',
      method: 'put',
      path: '/subscriptions/{id}/secret',
      access: 'admin',
      place: theSubscription,
      params: idParams,
      body: secretInputSchema,
      answer: { status: 200, schema: subscriptionMadeSchema },
    },
    async ({ hub, session, params, body }) =>
      hub.delivery.changeSecret(session, { id: params.id, input: body }),
  ),
  route(
    {
      id: 'listSubscriptionReplays',
      tag,
      summary: 'Replays of a subscription with their progress, newest first',
      method: 'get',
      path: '/subscriptions/{id}/replays',
      access: 'viewer',
      place: theSubscription,
      params: idParams,
      answer: { status: 200, schema: listOf(replaySchema) },
    },
    async ({ hub, session, params }) => ({
      data: await hub.delivery.listReplays(session, params.id),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'startSubscriptionReplay',
      tag,
      summary: 'Deliver a stretch of the log again, or say how much that would be',
      method: 'post',
      path: '/subscriptions/{id}/replays',
      access: 'editor',
      place: theSubscription,
      params: idParams,
      body: replayInputSchema,
      answer: { status: 201, schema: replaySchema },
      codes: ['resource.conflict', 'records.position_gone'],
    },
    async ({ hub, session, params, body }) =>
      hub.delivery.startReplay(session, { subscriptionId: params.id, input: body }),
  ),
  route(
    {
      id: 'cancelSubscriptionReplay',
      tag,
      summary: 'Stop a replay and take back what it made and what was not sent yet',
      method: 'delete',
      path: '/subscriptions/{id}/replays/{replay_id}',
      access: 'editor',
      place: theSubscription,
      params: z.strictObject({ id: z.uuid(), replay_id: z.uuid() }),
      answer: { status: 200, schema: replaySchema },
    },
    async ({ hub, session, params }) =>
      hub.delivery.cancelReplay(session, {
        subscriptionId: params.id,
        replayId: params.replay_id,
      }),
  ),
  route(
    {
      id: 'getAnalytics',
      tag,
      summary: 'Changes by hour, kind and connection, and how fresh they were',
      method: 'get',
      path: '/analytics',
      access: 'viewer',
      place: here,
      query: analyticsQuerySchema,
      answer: { status: 200, schema: analyticsSchema },
    },
    async ({ hub, session, workspaceId, query }) =>
      hub.delivery.analytics(session, { workspaceId, query }),
  ),
];
