import type { ConnectorRegistry } from '#lib/connections/index';
import { genericApi, listenApi } from '#lib/connectors/generic/api';
import { githubApi } from '#lib/connectors/github/api';
import { linearApi } from '#lib/connectors/linear/api';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { redmineApi } from '#lib/connectors/redmine/api';
import { slackApi } from '#lib/connectors/slack/api';
import { stripeApi } from '#lib/connectors/stripe/api';
import { connectors } from './connectors.ts';

const apis: Readonly<Record<string, ConnectorApi>> = {
  github: githubApi,
  http_api_key: genericApi,
  http_basic: genericApi,
  http_oauth: genericApi,
  http_webhook: listenApi,
  linear: linearApi,
  redmine: redmineApi,
  slack: slackApi,
  stripe: stripeApi,
};

/** Every connector with the half that calls its provider. The worker alone may load this. */
export const connectorApis: ConnectorRegistry = {
  get: (name) => {
    const api = Object.hasOwn(apis, name) ? apis[name] : undefined;
    const connector = connectors.get(name);
    return api && connector ? { manifest: connector.manifest, api } : undefined;
  },
};
