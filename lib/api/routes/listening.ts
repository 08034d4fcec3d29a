import { z } from 'zod';
import {
  broughtSecretSchema,
  listeningInputSchema,
  listeningMadeSchema,
  listeningSecretInputSchema,
  listeningStateSchema,
  takeBroughtInputSchema,
  webhookPresetSchema,
} from '#lib/webhooks/schema';
import { route } from '../contract.ts';
import { idParams, listOf, workspaceQuery } from '../shapes.ts';

const tag = 'webhooks';
const here = { about: 'workspace' } as const;
const theConnection = { about: 'connection', in: 'path', name: 'id' } as const;

export const listeningRoutes = [
  route(
    {
      id: 'listWebhookPresets',
      tag,
      summary: 'Services whose way of signing webhooks is known',
      method: 'get',
      path: '/webhook-presets',
      access: 'session',
      place: { about: 'caller' },
      query: z.strictObject({}),
      answer: { status: 200, schema: listOf(webhookPresetSchema) },
    },
    async ({ hub }) => ({ data: hub.listening.presets(), next_cursor: null }),
  ),
  route(
    {
      id: 'listen',
      tag,
      summary:
        'Connect a service that only posts events: an address, and the secret they are signed with',
      method: 'post',
      path: '/connections/listening',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      body: listeningInputSchema,
      answer: { status: 201, schema: listeningMadeSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, body }) =>
      hub.listening.make(session, { workspaceId }, body),
  ),
  route(
    {
      id: 'getListening',
      tag,
      summary: 'The address of such a connection, and whether events come in',
      method: 'get',
      path: '/connections/{id}/listening',
      access: 'viewer',
      place: theConnection,
      params: idParams,
      answer: { status: 200, schema: listeningStateSchema },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.listening.state(session, { workspaceId, connectionId: params.id }),
  ),
  route(
    {
      id: 'getBroughtSecret',
      tag,
      summary:
        'A secret the service’s first call has brought along; it counts once it is taken over',
      method: 'get',
      path: '/connections/{id}/listening/brought',
      access: 'admin',
      place: theConnection,
      params: idParams,
      answer: { status: 200, schema: broughtSecretSchema },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.listening.brought(session, { workspaceId, connectionId: params.id }),
  ),
  route(
    {
      id: 'takeBroughtSecret',
      tag,
      summary: 'Take such a secret over: what it signs is verified from now on',
      method: 'post',
      path: '/connections/{id}/listening/brought',
      access: 'admin',
      place: theConnection,
      params: idParams,
      body: takeBroughtInputSchema,
      answer: { status: 200, schema: listeningStateSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.listening.takeBrought(session, { workspaceId, connectionId: params.id }, body),
  ),
  route(
    {
      id: 'rotateListeningSecret',
      tag,
      summary: 'Another signing secret; the former one holds for a day, or ends at once',
      method: 'put',
      path: '/connections/{id}/listening/secret',
      access: 'admin',
      place: theConnection,
      params: idParams,
      body: listeningSecretInputSchema,
      answer: { status: 200, schema: listeningMadeSchema },
      codes: ['resource.conflict'],
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.listening.rotate(session, { workspaceId, connectionId: params.id }, body),
  ),
];
