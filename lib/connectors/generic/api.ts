/**
 * connectors/generic/api: the half that calls the service. Only the worker enters here. It sees the
 * addresses of its connection and never the credential.
 */
import 'server-only';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { toError } from './errors.ts';
import { readAccount } from './read-account.ts';
import { backfillList, pollList, readObject } from './walk-list.ts';

export { listenApi } from './listen-api.ts';

export const genericApi = {
  account: readAccount,
  /** Nobody but the person who defines a stream knows what there is. */
  scopes: () => Promise.resolve([]),
  backfill: backfillList,
  poll: pollList,
  read: readObject,
  update: () => Promise.reject(new HubError('provider.refused', 'This connection only reads.')),
  toError,
} satisfies ConnectorApi;
