import { type ConnectorManifest, codeWebhooks } from '#lib/connectors/protocol/index';
import { creatable } from './patch.ts';

/** Events a repository's webhook is registered for. */
export const githubEvents = ['issues', 'issue_comment', 'label', 'repository'] as const;

/**
 * GitHub as an OAuth app. An app may point the endpoints at GitHub Enterprise Server.
 *
 * Scopes: only `repo` reads and writes the issues of private repositories, and it covers repository
 * webhooks as well, so asking for `admin:repo_hook` beside it would widen the consent page and
 * nothing else. GitHub has no narrower scope for issues; a GitHub App would have.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
 */
export const githubManifest = {
  name: 'github',
  provider: 'GitHub',
  summary: 'Issues of your repositories as tasks, both ways, live.',
  category: 'development',
  auth: [
    {
      kind: 'oauth2',
      scopes: { read: ['repo'], write: ['repo'], webhooks: ['repo'] },
      scopeSeparator: ' ',
      pkce: 'S256',
      tokenAuth: 'client_secret_post',
      // https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
      revoke: 'delete_with_basic',
      consoleUrl: 'https://github.com/settings/developers',
      tokenRules: { mayExpire: true, types: ['bearer'] },
    },
  ],
  endpoints: {
    authorizeUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    revokeUrl: 'https://api.github.com/applications/{client_id}/token',
    apiBaseUrl: 'https://api.github.com',
    webBaseUrl: 'https://github.com',
  },
  hosts: ['api.github.com'],
  // https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
  selfHostedApiPath: '/api/v3',
  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  rate: {
    requests: 5_000,
    perMs: 3_600_000,
    concurrent: 100,
    headers: {
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      reset: 'x-ratelimit-reset',
      resetUnit: 'epoch_s',
    },
  },
  webhook: {
    ...codeWebhooks.github.descriptor,
    events: githubEvents,
    registration: { mode: 'api', per: 'scope' },
  },
  resources: [
    {
      name: 'issues',
      kind: 'task',
      title: 'Issues',
      scopeTitle: 'repository',
      listsAll: true,
      writable: ['title', 'body', 'state', 'labels', 'assignees'],
      writableValues: { state: ['open', 'done', 'cancelled'] },
      creates: {
        fields: creatable,
        required: ['title'],
        isKeyed: false,
        // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
        limits: [
          { objects: 80, perMs: 60_000 },
          { objects: 500, perMs: 3_600_000 },
        ],
        takeBack: 'close',
      },
    },
  ],
  lookups: ['labels', 'users'],
  gaps: [
    'GitHub has no “in progress”: an issue is open, done (completed) or cancelled (not planned, duplicate).',
    'Pull requests are not tasks and are left out.',
    'Issues cannot be deleted from here: one that was made and is taken back is closed as “not planned”. A deletion at GitHub is taken over.',
    'GitHub keeps no key of a new issue: one whose answer was lost is looked for by its author, its time and its words.',
    'A new issue begins open; another state is written right after it.',
    'Comments are counted, their text is not kept.',
    'Priority, due date and parent are not read: GitHub keeps them in projects.',
    'Renaming a label changes no issue at GitHub; the new name shows with the next full read.',
    'A renamed or transferred repository has to be chosen again.',
    'GitHub has one time per issue, in seconds: “latest wins” is no finer than that.',
  ],
} satisfies ConnectorManifest;
