import {
  deliveryContentSchema,
  deliveryDetailSchema,
  destinationHealthSchema,
  draftPreviewSchema,
  draftSchema,
} from '#lib/delivery/schema';
import { route } from '../contract.ts';
import { idParams, listOf, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'delivery';
const here = { about: 'workspace' } as const;
const theSubscription = { about: 'subscription', in: 'path', name: 'id' } as const;
const theDelivery = { about: 'delivery', in: 'path', name: 'id' } as const;

export const destinationRoutes = [
  route(
    {
      id: 'listDestinations',
      tag,
      summary: 'How the destinations are: breakers, rests, and how much arrived of late',
      method: 'get',
      path: '/destinations',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(destinationHealthSchema) },
    },
    async ({ hub, session, workspaceId }) => ({
      data: await hub.destinations.health(session, { workspaceId }),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'previewSubscription',
      tag,
      summary: 'What a subscription would say, before it is saved; nothing is sent',
      method: 'post',
      path: '/destinations/preview',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: draftSchema,
      answer: { status: 200, schema: draftPreviewSchema },
    },
    async ({ hub, session, workspaceId, body, origin }) =>
      hub.destinations.preview(session, { workspaceId, draft: body, origin }),
  ),
  route(
    {
      id: 'testSubscription',
      tag,
      summary: 'Send a test, which stands for no change',
      method: 'post',
      path: '/subscriptions/{id}/test',
      access: 'editor',
      place: theSubscription,
      params: idParams,
      answer: { status: 202, schema: deliveryDetailSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, params }) => hub.destinations.sendTest(session, params.id),
  ),
  route(
    {
      id: 'endPreviousSecret',
      tag,
      summary: 'Sign with the present secret alone from now on',
      method: 'delete',
      path: '/subscriptions/{id}/previous-secret',
      access: 'admin',
      place: theSubscription,
      params: idParams,
      answer: { status: 204, schema: nothing },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, params }) => hub.destinations.endPreviousSecret(session, params.id),
  ),
  route(
    {
      id: 'getDeliveryContent',
      tag,
      summary: 'What a delivery says, as it would go out now',
      method: 'get',
      path: '/deliveries/{id}/content',
      access: 'viewer',
      place: theDelivery,
      params: idParams,
      answer: { status: 200, schema: deliveryContentSchema },
    },
    async ({ hub, session, params, origin }) =>
      hub.destinations.content(session, { id: params.id, origin }),
  ),
];
