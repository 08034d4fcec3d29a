import { type ConnectorManifest, codeWebhooks } from '#lib/connectors/protocol/index';

/** What a webhook tells of. */
export const linearEvents = ['Issue'] as const;

const writable: readonly string[] = [
  'title',
  'body',
  'state',
  'labels',
  'assignees',
  'priority',
  'due_on',
  'parent',
];

/**
 * Linear as an OAuth application acting for the person who connects it.
 *
 * Scopes: `admin` is asked for because Linear gives webhooks to administrators only, and to apps only
 * with this scope; somebody who is not one can connect all the same and is polled for.
 * https://linear.app/developers/oauth-2-0-authentication
 * https://linear.app/developers/webhooks
 */
export const linearManifest = {
  name: 'linear',
  provider: 'Linear',
  summary: 'Issues of your teams as tasks, both ways, live.',
  category: 'projects',
  auth: [
    {
      kind: 'oauth2',
      scopes: { read: ['read'], write: ['write'], webhooks: ['admin'] },
      scopeSeparator: ',',
      pkce: 'S256',
      tokenAuth: 'client_secret_post',
      revoke: 'rfc7009',
      consoleUrl: 'https://linear.app/settings/api/applications/new',
      // Access tokens live 24 hours; every refresh gives a new refresh token.
      tokenRules: { mayExpire: true, types: ['bearer'] },
    },
  ],
  endpoints: {
    authorizeUrl: 'https://linear.app/oauth/authorize',
    tokenUrl: 'https://api.linear.app/oauth/token',
    revokeUrl: 'https://api.linear.app/oauth/revoke',
    apiBaseUrl: 'https://api.linear.app',
    webBaseUrl: 'https://linear.app',
  },
  hosts: ['api.linear.app'],
  selfHostedApiPath: null,
  // https://linear.app/developers/rate-limiting
  rate: {
    requests: 5_000,
    perMs: 3_600_000,
    concurrent: 10,
    headers: {
      limit: 'x-ratelimit-requests-limit',
      remaining: 'x-ratelimit-requests-remaining',
      reset: 'x-ratelimit-requests-reset',
      resetUnit: 'epoch_ms',
    },
  },
  webhook: {
    ...codeWebhooks.linear.descriptor,
    events: linearEvents,
    registration: { mode: 'api', per: 'scope' },
  },
  resources: [
    {
      name: 'issues',
      kind: 'task',
      title: 'Issues',
      scopeTitle: 'team',
      listsAll: true,
      writable,
      writableValues: { priority: ['urgent', 'high', 'medium', 'low'] },
      holdsOne: ['assignees'],
      creates: { fields: writable, required: ['title'], isKeyed: true, takeBack: 'delete' },
    },
  ],
  lookups: ['users', 'labels', 'states'],
  gaps: [
    'A state is written as the first of the team’s states of its kind; the others are kept as they are.',
    'An issue has one assignee at Linear; more than one is refused, and a flow sends the first of several.',
    'Labels must exist at Linear; unknown ones are refused, none is made from here.',
    'Issues are deleted from here only when one that was made is taken back: it goes to Linear’s trash and can be restored there for 30 days. What is put in the trash at Linear is taken over as deleted.',
    'Webhooks need an administrator of the Linear workspace; for others changes are fetched.',
    'Comments, projects, cycles and estimates are not read.',
    'An issue moved to another team stays here until it is read again.',
    'Renaming a label, a state or a person shows with the next change of an issue.',
  ],
} satisfies ConnectorManifest;
