import { z } from 'zod';
import { boardSchema } from '#lib/hub/schema';
import { limitsSchema } from '#lib/resilience/schema';
import { type Route, route } from '../contract.ts';
import { openApiDocument } from '../openapi.ts';
import { workspaceQuery } from '../shapes.ts';

const tag = 'hub';

export const hubRoutes = [
  route(
    {
      id: 'getBoard',
      tag,
      summary: 'Everything the Board shows, in one read',
      method: 'get',
      path: '/board',
      access: 'viewer',
      place: { about: 'workspace' },
      query: workspaceQuery,
      answer: { status: 200, schema: boardSchema },
    },
    async ({ hub, session, workspaceId }) => hub.board.read(session, { workspaceId }),
  ),
  route(
    {
      id: 'getOutboundLimits',
      tag,
      summary: 'Budget and breaker of each connection, shared by all workers',
      method: 'get',
      path: '/system/limits',
      access: 'viewer',
      place: { about: 'workspace' },
      query: workspaceQuery,
      answer: { status: 200, schema: limitsSchema },
    },
    async ({ hub, session, workspaceId }) => hub.outbound.limits(session, { workspaceId }),
  ),
];

/**
 * The document speaks of all routes, itself among them. Anybody may ask for it at any pace, so it is
 * made once.
 */
export const openApiRoute = (routes: () => readonly Route[]): Route => {
  let document: Record<string, unknown> | undefined;
  return route(
    {
      id: 'getOpenApi',
      tag,
      summary: 'This API as OpenAPI 3.1',
      method: 'get',
      path: '/openapi.json',
      access: 'public',
      place: { about: 'caller' },
      answer: { status: 200, schema: z.record(z.string(), z.unknown()) },
    },
    async () => {
      document ??= openApiDocument(routes());
      return document;
    },
  );
};
