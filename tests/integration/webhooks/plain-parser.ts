import type { ParsedWebhook } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';

/** What a connector would make of an event whose payload says so itself. */
export const plainParser = {
  parse: (event: string, payload: JsonObject): ParsedWebhook => {
    if (payload['crash']) throw new Error('the parser broke');
    const object = {
      externalId: JSON.stringify(payload['issue'] ?? 1),
      externalKey: null,
      url: null,
      rank: 1,
      rankIsExact: true,
      updatedAt: new Date(0).toISOString(),
      fields: {},
      deleted: false,
      raw: {},
    };
    return {
      kind: event === 'ping' ? 'ping' : event === 'issues' ? 'apply' : 'unknown',
      action: null,
      resource: 'issues',
      scopeKey: 'northwind/api',
      objects: event === 'issues' && !payload['refetch'] ? [object] : [],
      refetch: payload['refetch'] ? [{ externalId: '9', externalKey: null, scope: {} }] : [],
      ...(event === 'label' ? { stale: ['labels', 'scopes'] } : {}),
      summary: `about ${event}`,
    };
  },
};
