import { z } from 'zod';
import { inboundLimitSchema, inboundLimitsSchema } from '#lib/resilience/schema';
import { route } from '../contract.ts';
import { workspaceQuery } from '../shapes.ts';

const tag = 'hub';
const here = { about: 'workspace' } as const;

export const inboundLimitRoutes = [
  route(
    {
      id: 'listInboundLimits',
      tag,
      summary: 'The limits on requests that come in, as they hold in a workspace',
      method: 'get',
      path: '/inbound-limits',
      access: 'viewer',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: inboundLimitsSchema },
    },
    async ({ hub, session, workspaceId }) => hub.limits.list(session, { workspaceId }),
  ),
  route(
    {
      id: 'chooseInboundLimit',
      tag,
      summary: 'Choose a limit for a workspace; null takes the usual one again',
      method: 'put',
      path: '/inbound-limits/{name}',
      access: 'admin',
      place: here,
      params: z.object({ name: z.string().regex(/^[a-z-]{2,40}$/) }),
      query: workspaceQuery,
      body: z.strictObject({ limit: z.number().int().min(1).max(10_000_000).nullable() }),
      answer: { status: 200, schema: inboundLimitSchema },
    },
    async ({ hub, session, workspaceId, params, body }) =>
      hub.limits.choose(session, { workspaceId, name: params.name, limit: body.limit }),
  ),
];
