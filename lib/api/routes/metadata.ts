import { z } from 'zod';
import { asOf, lookupItemSchema, scopeOptionSchema } from '#lib/connections/schema';
import { cacheFigureSchema } from '#lib/hub/schema';
import { route } from '../contract.ts';
import { idParams, listOf, workspaceQuery } from '../shapes.ts';

const tag = 'connections';
const theConnection = { about: 'connection', in: 'path', name: 'id' } as const;
const codes = [
  'commands.timeout',
  'connections.not_active',
  'connections.needs_reauth',
  'provider.unavailable',
] as const;

/** `true` asks the service now; otherwise what is kept is answered, and refreshed behind when old. */
const refresh = z.enum(['true', 'false']).default('false');
const acceptOf = (query: { refresh: 'true' | 'false' }) =>
  query.refresh === 'true' ? ('new' as const) : ('stale' as const);

/** What services say of themselves, kept for a while: lists to choose from, each with its date. */
export const metadataRoutes = [
  route(
    {
      id: 'listScopes',
      tag,
      summary: 'What a stream of this connection can read (repositories)',
      method: 'get',
      path: '/connections/{id}/scopes',
      access: 'editor',
      place: theConnection,
      params: idParams,
      query: z.strictObject({ resource: z.string().min(1).max(40), refresh }),
      answer: { status: 200, schema: listOf(scopeOptionSchema).extend(asOf) },
      codes,
    },
    async ({ hub, session, workspaceId, params, query }) => {
      const place = { workspaceId, connectionId: params.id, resource: query.resource };
      const read = await hub.connections.listScopes(session, { ...place, accept: acceptOf(query) });
      return { ...read, next_cursor: null };
    },
  ),
  route(
    {
      id: 'listLookup',
      tag,
      summary:
        'Names of the service to choose from (users, labels), of the account or of one stream',
      method: 'get',
      path: '/connections/{id}/lookups/{name}',
      access: 'editor',
      place: theConnection,
      params: idParams.extend({ name: z.string().regex(/^[a-z][a-z_]{0,39}$/) }),
      query: z.strictObject({ scope_key: z.string().min(1).max(400).optional(), refresh }),
      answer: { status: 200, schema: listOf(lookupItemSchema).extend(asOf) },
      codes,
    },
    async ({ hub, session, workspaceId, params, query }) => {
      const read = await hub.connections.listLookup(session, {
        workspaceId,
        connectionId: params.id,
        name: params.name,
        scopeKey: query.scope_key ?? null,
        accept: acceptOf(query),
      });
      return { ...read, next_cursor: null };
    },
  ),
  route(
    {
      id: 'readCacheFigures',
      tag: 'hub',
      summary: 'How this workspace’s reads of the cache ended, since the web process started',
      method: 'get',
      path: '/system/cache',
      access: 'viewer',
      place: { about: 'workspace' },
      query: workspaceQuery,
      answer: { status: 200, schema: listOf(cacheFigureSchema) },
    },
    async ({ hub, workspaceId }) => ({
      data: hub.cache.figures({ workspaceId }),
      next_cursor: null,
    }),
  ),
];
