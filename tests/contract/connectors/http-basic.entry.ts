import { genericApi } from '#lib/connectors/generic/api';
import { httpBasic } from '#lib/connectors/generic/index';
import type { ContractEntry } from './contract-entry.ts';
import { customersDefinition, startPlainService } from './plain-json-service.ts';

export const entry: ContractEntry = {
  connector: httpBasic,
  api: genericApi,
  source: 'our double',
  start: async () => {
    const credential = btoa('ada:secret');
    const service = await startPlainService(
      ({ authorization }) => authorization === `Basic ${credential}`,
    );
    return {
      apiBaseUrl: service.url,
      accountPath: '/me',
      auth: 'basic',
      credential,
      wrongCredential: btoa('ada:wrong'),
      account: {
        id: `${new URL(service.url).host}/7`,
        name: `Ada at ${new URL(service.url).host}`,
      },
      streams: [
        service.stream({
          ...customersDefinition,
          paging: { style: 'page', parameter: 'page', size: 10 },
          since: { parameter: 'changed_since', format: 'iso' },
        }),
      ],
      failNext: service.failNext,
      dispose: service.dispose,
    };
  },
};
