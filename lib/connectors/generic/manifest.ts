import type {
  ConnectorManifest,
  CredentialField,
  ResourceManifest,
} from '#lib/connectors/protocol/index';

const accountPath: CredentialField = {
  label: 'Path that says who you are',
  placeholder: '/me',
  help: 'It must answer with 2xx and JSON to this credential and to nobody else.',
  pattern: '/[A-Za-z0-9._~/-]{0,200}',
  patternWords: 'begins with a slash and has no query',
};

const baseUrl = {
  label: 'Base address of the API',
  placeholder: 'https://api.example.com/v1',
  help: 'The credential goes to this host and to no other.',
  isRequired: true,
};

const readable = (
  name: string,
  kind: ResourceManifest['kind'],
  title: string,
): ResourceManifest => ({
  name,
  kind,
  title,
  scopeTitle: 'list',
  writable: [],
  writableValues: {},
});
const resources = [
  readable('tasks', 'task', 'Tasks'),
  readable('contacts', 'contact', 'Contacts'),
  readable('payments', 'payment', 'Payments'),
  readable('messages', 'message', 'Messages'),
];

/** What all connectors of this room have alike. */
export const genericCommon = {
  category: 'generic',
  // Only a form: every connection has a base address of its own.
  endpoints: {
    authorizeUrl: null,
    tokenUrl: null,
    revokeUrl: null,
    apiBaseUrl: 'https://api.example.com',
    webBaseUrl: 'https://api.example.com',
  },
  hosts: ['api.example.com'],
  selfHostedApiPath: '',
  // Cautious, since nobody knows the service.
  rate: { requests: 60, perMs: 60_000, concurrent: 4, headers: null },
  webhook: null,
  resources,
  lookups: [],
  gaps: [
    'It reads and does not write.',
    'It asks again and again; webhooks are not taken.',
    'What was deleted there stays here: a list does not say what is missing from it.',
    'A list that cannot be asked for what has changed is read whole each time.',
  ],
} satisfies Partial<ConnectorManifest>;

const permissions = { read: [], write: [], webhooks: [] };

export const httpApiKeyManifest = {
  ...genericCommon,
  name: 'http_api_key',
  provider: 'JSON API with a key',
  summary: 'Any list of a JSON API, read with an API key. What stands where is said in a form.',
  auth: [
    {
      kind: 'api_key',
      fields: {
        key: {
          label: 'API key',
          placeholder: null,
          help: 'One that may only read is enough.',
          pattern: '.{4,}',
          patternWords: 'is at least 4 characters long',
        },
        header: {
          label: 'Header it is sent in',
          placeholder: 'Authorization Bearer',
          help: 'Its name, and the word before the key if there is one.',
          // Never a header that means something else to the connection or to a proxy.
          pattern:
            '(?:[Aa]uthorization|[A-Za-z0-9-]*(?:[Kk]ey|[Tt]oken|[Aa]uth|[Ss]ecret))(?: [A-Za-z]{1,20})?',
          patternWords: 'is a name such as X-Api-Key, or Authorization and a word',
        },
        account_path: accountPath,
      },
      sent: { in: 'named_header' },
      permissions,
      consoleUrl: null,
      baseUrl,
    },
  ],
} satisfies ConnectorManifest;

/** Everything that makes an OAuth client is the app's; a workspace may have several. */
export const httpOauthManifest = {
  ...genericCommon,
  name: 'http_oauth',
  provider: 'JSON API with OAuth',
  summary:
    'Any list of a JSON API, read with OAuth 2.0 or OpenID Connect. The service is found by its own description.',
  auth: [
    {
      kind: 'oauth2',
      byForm: true,
      scopes: permissions,
      scopeSeparator: ' ',
      pkce: 'S256',
      tokenAuth: 'client_secret_basic',
      revoke: 'rfc7009',
      consoleUrl: null,
      tokenRules: { mayExpire: true, types: ['bearer'] },
    },
  ],
  gaps: [
    ...genericCommon.gaps,
    'A client without a secret is not taken, and none that proves itself by a key (private_key_jwt).',
  ],
} satisfies ConnectorManifest;

export const httpBasicManifest = {
  ...genericCommon,
  name: 'http_basic',
  provider: 'JSON API with a password',
  summary:
    'Any list of a JSON API, read with user name and password. What stands where is said in a form.',
  auth: [
    {
      kind: 'basic',
      fields: {
        username: {
          label: 'User name',
          placeholder: null,
          help: null,
          pattern: '.+',
          patternWords: 'is any text',
        },
        password: {
          label: 'Password or token',
          placeholder: null,
          help: 'Of an account that may only read, if there is one.',
          pattern: '.+',
          patternWords: 'is any text',
        },
        account_path: accountPath,
      },
      permissions,
      consoleUrl: null,
      baseUrl,
    },
  ],
} satisfies ConnectorManifest;
