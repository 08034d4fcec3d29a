/** Whose requests are counted together. */
export type LimitSubject = 'address' | 'session' | 'user' | 'workspace' | 'source';

export interface NamedLimit {
  per: LimitSubject;
  about: string;
  limit: number;
  windowSeconds: number;
  /**
   * `asked`: each request asks the count that all processes share. `told`: each process counts in
   * memory and tells the others in parts of a twentieth, so that nobody waits.
   */
  counting: 'asked' | 'told';
  /** When the count cannot be asked. A `told` limit then holds for each process by itself. */
  onFault: 'closed' | 'open';
  /** Bounds within which an admin may choose another one for a workspace; null: nobody may. */
  chosen: { least: number; most: number } | null;
}

/**
 * Every limit on requests that come in. A page that shows a busy workspace asks ten times a second,
 * which is a fifth of a session's limit; a person signs in with two requests; many people may share an
 * address. What a workspace may choose is bounded so that its admins can still undo it.
 */
export const limitTable = {
  'sign-in': {
    per: 'address',
    about: 'Signing in and out, and the links that are mailed for it',
    limit: 120,
    windowSeconds: 60,
    counting: 'asked',
    onFault: 'closed',
    chosen: null,
  },
  'oauth-callback': {
    per: 'address',
    about: 'Answers of services to a connection that is being made',
    limit: 120,
    windowSeconds: 60,
    counting: 'asked',
    onFault: 'closed',
    chosen: null,
  },
  'gateway-address': {
    per: 'address',
    about: 'Pages and all else that is no webhook, at the one port',
    limit: 120_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: null,
  },
  'api-address': {
    per: 'address',
    about: 'Requests to the API of whoever is not signed in',
    limit: 3_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: null,
  },
  'api-session': {
    per: 'session',
    about: 'Requests to the API in one session',
    limit: 3_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: null,
  },
  'api-user': {
    per: 'user',
    about: 'Requests to the API by one person, in all sessions',
    limit: 6_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: null,
  },
  workspace: {
    per: 'workspace',
    about: 'Requests to the API about one workspace, by all its members',
    limit: 30_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: { least: 3_000, most: 30_000 },
  },
  proxy: {
    per: 'workspace',
    about: 'Calls passed on to services',
    limit: 300,
    windowSeconds: 60,
    counting: 'asked',
    onFault: 'open',
    chosen: { least: 1, most: 3_000 },
  },
  'proxy-queue': {
    per: 'workspace',
    about: 'Those of them that go by the queue, where call and answer lie in a table for a while',
    limit: 60,
    windowSeconds: 60,
    counting: 'asked',
    onFault: 'open',
    chosen: null,
  },
  'webhook-address': {
    per: 'address',
    about: 'Webhooks from one address, genuine or not',
    limit: 1_200_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: null,
  },
  'webhook-source': {
    per: 'source',
    about: 'Genuine webhooks at one endpoint',
    limit: 600_000,
    windowSeconds: 60,
    counting: 'told',
    onFault: 'open',
    chosen: { least: 60, most: 600_000 },
  },
} as const satisfies Record<string, NamedLimit>;

export type LimitName = keyof typeof limitTable;
type NamesWhere<C extends NamedLimit['counting']> = {
  [N in LimitName]: (typeof limitTable)[N]['counting'] extends C ? N : never;
}[LimitName];
export type AskedLimit = NamesWhere<'asked'>;
export type ToldLimit = NamesWhere<'told'>;

export const limitNames = Object.keys(limitTable) as LimitName[];
export const namedLimit = (name: LimitName): NamedLimit => limitTable[name];
