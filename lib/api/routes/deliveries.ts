import { z } from 'zod';
import {
  deliveryDetailSchema,
  deliveryFilterSchema,
  deliverySchema,
  redriveManySchema,
  redrivenSchema,
} from '#lib/delivery/schema';
import { route } from '../contract.ts';
import { idParams, inWorkspace, listOf, paging, workspaceQuery } from '../shapes.ts';

const tag = 'delivery';
const here = { about: 'workspace' } as const;
const theDelivery = { about: 'delivery', in: 'path', name: 'id' } as const;

export const deliveryRoutes = [
  route(
    {
      id: 'listDeliveries',
      tag,
      summary: 'What was and is to be delivered, newest first',
      method: 'get',
      path: '/deliveries',
      access: 'viewer',
      place: here,
      query: z.strictObject({ ...inWorkspace, ...paging, ...deliveryFilterSchema.shape }),
      answer: { status: 200, schema: listOf(deliverySchema) },
    },
    async ({ hub, session, workspaceId, query }) => {
      const { workspace_id: _, cursor, limit, ...filter } = query;
      return hub.delivery.listDeliveries(session, { workspaceId, filter, cursor, limit });
    },
  ),
  route(
    {
      id: 'getDelivery',
      tag,
      summary: 'One delivery with its attempts and its change',
      method: 'get',
      path: '/deliveries/{id}',
      access: 'viewer',
      place: theDelivery,
      params: idParams,
      answer: { status: 200, schema: deliveryDetailSchema },
    },
    async ({ hub, session, params }) => hub.delivery.getDelivery(session, params.id),
  ),
  route(
    {
      id: 'redriveDelivery',
      tag,
      summary: 'Send what is over once more, under the same id',
      method: 'post',
      path: '/deliveries/{id}/redrive',
      access: 'editor',
      place: theDelivery,
      params: idParams,
      answer: { status: 200, schema: deliveryDetailSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, params }) => hub.delivery.redriveDelivery(session, params.id),
  ),
  route(
    {
      id: 'skipDelivery',
      tag,
      summary: 'Pass one over, so that the next of its record goes',
      method: 'post',
      path: '/deliveries/{id}/skip',
      access: 'editor',
      place: theDelivery,
      params: idParams,
      answer: { status: 200, schema: deliveryDetailSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, params }) => hub.delivery.skipDelivery(session, params.id),
  ),
  route(
    {
      id: 'redriveDeliveries',
      tag,
      summary: 'Send many once more: dead ones, a time range, or those named',
      method: 'post',
      path: '/deliveries/redrive',
      access: 'editor',
      place: here,
      query: workspaceQuery,
      body: redriveManySchema,
      answer: { status: 200, schema: redrivenSchema },
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.delivery.redriveDeliveries(session, { workspaceId, want: body }),
  ),
];
