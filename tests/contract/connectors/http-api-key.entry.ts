import { genericApi } from '#lib/connectors/generic/api';
import { httpApiKey } from '#lib/connectors/generic/index';
import type { ContractEntry } from './contract-entry.ts';
import { customersDefinition, startPlainService } from './plain-json-service.ts';

export const entry: ContractEntry = {
  connector: httpApiKey,
  api: genericApi,
  source: 'our double',
  start: async () => {
    const service = await startPlainService((headers) => headers['x-api-key'] === 'plain-key-1');
    return {
      apiBaseUrl: service.url,
      accountPath: '/me',
      auth: 'api_key',
      credential: 'X-Api-Key\nplain-key-1',
      wrongCredential: 'X-Api-Key\nplain-key-2',
      account: {
        id: `${new URL(service.url).host}/7`,
        name: `Ada at ${new URL(service.url).host}`,
      },
      streams: [
        service.stream({
          ...customersDefinition,
          paging: { style: 'cursor', parameter: 'after', next: 'next' },
          since: { parameter: 'changed_since', format: 'iso' },
        }),
      ],
      failNext: service.failNext,
      dispose: service.dispose,
    };
  },
};
