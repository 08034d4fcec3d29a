import { type ConnectorManifest, talkWebhooks } from '#lib/connectors/protocol/index';

/** Names of the events that are taken in; in Slack's console they are called by channel type. */
export const slackEvents = ['message', 'reaction_added', 'reaction_removed'] as const;

/**
 * Slack as an app with a bot. The bot reads the channels it is a member of, and nothing else.
 * https://docs.slack.dev/authentication/installing-with-oauth
 */
export const slackManifest = {
  name: 'slack',
  provider: 'Slack',
  summary: 'Messages of the channels your app is in, live, with their threads and reactions.',
  category: 'messaging',
  auth: [
    {
      kind: 'oauth2',
      scopes: {
        read: [
          'channels:read',
          'channels:history',
          'groups:read',
          'groups:history',
          'users:read',
          'reactions:read',
        ],
        write: ['chat:write'],
        webhooks: ['channels:history', 'groups:history', 'reactions:read'],
      },
      scopeSeparator: ',',
      pkce: 'S256',
      tokenAuth: 'client_secret_post',
      revoke: 'api',
      consoleUrl: 'https://api.slack.com/apps',
      tokenRules: { mayExpire: true, types: ['bot'] },
    },
  ],
  endpoints: {
    authorizeUrl: 'https://slack.com/oauth/v2/authorize',
    tokenUrl: 'https://slack.com/api/oauth.v2.access',
    revokeUrl: null,
    apiBaseUrl: 'https://slack.com/api',
    webBaseUrl: 'https://slack.com',
  },
  hosts: ['slack.com'],
  selfHostedApiPath: null,
  // Limits are per method: 50 a minute each (tier 3) for the two that read a channel, history and
  // replies. Beyond them Slack answers 429 with a time. https://docs.slack.dev/apis/web-api/rate-limits
  rate: { requests: 100, perMs: 60_000, concurrent: 5, headers: null },
  webhook: {
    ...talkWebhooks.slack.descriptor,
    events: slackEvents,
    registration: {
      mode: 'manual',
      per: 'app',
      secretLabel: 'Signing secret',
      consoleUrl: 'https://api.slack.com/apps',
      steps: [
        'Open your app and copy the signing secret from Basic Information.',
        'Under Event Subscriptions turn events on and paste the address as Request URL; Slack checks it at once.',
        'Subscribe to the bot events message.channels, message.groups, reaction_added and reaction_removed, and save.',
      ],
    },
  },
  resources: [
    {
      name: 'messages',
      kind: 'message',
      title: 'Messages',
      scopeTitle: 'channel',
      writable: ['body'],
      writableValues: {},
    },
  ],
  lookups: ['users', 'channels'],
  gaps: [
    'Only messages the app itself has posted can be changed from here; Slack lets nobody edit another’s.',
    'A record made here is not posted, and none is deleted there; a deletion in Slack is taken over by events. Subscriptions do post.',
    'Without events a poll sees new messages and edits of the last hour; deletions, reactions and replies need events.',
    'The app has to be invited to a channel before it can read it; direct messages are not read.',
    'Text is Slack’s own mark-up (mrkdwn), with people and channels as their ids.',
    'Files and blocks are kept raw and not shown; notices such as “has joined” are left out.',
    'Slack counts nothing, so a first read shows no percentage.',
    'Slack lets apps that are sold outside its marketplace read 15 messages a minute; an app of your own is not held back.',
  ],
} satisfies ConnectorManifest;
