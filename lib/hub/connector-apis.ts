import type { ConnectorRegistry } from '#lib/connections/index';
import { githubApi } from '#lib/connectors/github/api';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { stripeApi } from '#lib/connectors/stripe/api';
import { connectors } from './connectors.ts';

const apis: Readonly<Record<string, ConnectorApi>> = { github: githubApi, stripe: stripeApi };

/** Every connector with the half that calls its provider. The worker alone may load this. */
export const connectorApis: ConnectorRegistry = {
  get: (name) => {
    const api = Object.hasOwn(apis, name) ? apis[name] : undefined;
    const connector = connectors.get(name);
    return api && connector ? { manifest: connector.manifest, api } : undefined;
  },
};
