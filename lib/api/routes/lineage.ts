import { z } from 'zod';
import { lineageSchema, missingQuerySchema, missingSchema } from '#lib/hub/schema';
import { route } from '../contract.ts';
import { idParams } from '../shapes.ts';

const tag = 'records';

export const lineageRoutes = [
  route(
    {
      id: 'explainValue',
      tag,
      summary: 'Why a field of a record has the value it has',
      method: 'get',
      path: '/records/{id}/lineage',
      access: 'viewer',
      place: { about: 'record', in: 'path', name: 'id' },
      params: idParams,
      query: z.strictObject({ field: z.string().min(1).max(80) }),
      answer: { status: 200, schema: lineageSchema },
    },
    async ({ hub, session, params, query }) =>
      hub.lineage.ofField(session, { recordId: params.id, field: query.field }),
  ),
  route(
    {
      id: 'explainMissing',
      tag,
      summary: 'Why something at a service is not here',
      method: 'get',
      path: '/lineage/missing',
      access: 'viewer',
      place: { about: 'workspace' },
      query: missingQuerySchema,
      answer: { status: 200, schema: missingSchema },
    },
    async ({ hub, session, workspaceId, query }) =>
      hub.lineage.ofMissing(session, {
        workspaceId,
        connectionId: query.connection_id,
        externalKey: query.external_key ?? null,
        url: query.url ?? null,
        externalId: query.external_id ?? null,
      }),
  ),
];
