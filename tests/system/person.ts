import type { Connection, ConnectionLogRow, ScopeOptionRow } from '#lib/connections/schema';
import type { SessionInfo } from '#lib/identity/schema';
import type { RecordHistory, RecordRow } from '#lib/records/schema';
import type { Run, Stream } from '#lib/sync/schema';
import { Browser, formFields, type Page } from './browsing.ts';
import { eventually } from './waiting.ts';

export const repo = 'northwind/api';
/** An admin of the sandbox's repository, who may register webhooks. */
export const owner = 'mara-lindqvist';

const pageRows = 200;
const backfillDeadlineMs = 90_000;

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  json: T;
}

interface List<T> {
  data: T[];
  next_cursor: string | null;
}

/** The connected repository and what carries it. */
export interface Kept {
  connectionId: string;
  streamId: string;
}

/** Somebody in a browser without a screen: everything goes through the hub's one port. */
export class Person {
  readonly origin: string;
  readonly browser = new Browser();

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Through the real sign-in flow, as whoever is named. */
  static async signIn(origin: string, login = owner): Promise<Person> {
    const person = new Person(origin);
    const { browser } = person;
    const entrance = await browser.open(new URL('/sign-in', origin));
    const action = /action="(\/api\/auth\/signin\/sandbox-github)"/.exec(entrance.text)?.[1];
    if (!action) throw new Error(`The sign-in page offers no sandbox: ${entrance.text}`);
    const accounts = await browser.submit(entrance, action, formFields(entrance.text));
    await person.#choose(accounts, login);
    return person;
  }

  /** Chooses an account on the sandbox's page and goes where that leads. */
  async #choose(accounts: Page, login: string): Promise<Page> {
    const action = /<form method="post" action="([^"]+authorize)"/.exec(accounts.text)?.[1];
    if (!action) throw new Error(`No account can be chosen at ${accounts.url.href}`);
    const fields = formFields(accounts.text);
    return this.browser.submit(accounts, action, [...fields, ['login', login]]);
  }

  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const answer = await this.browser.send(new URL(`/api/v1${path}`, this.origin), {
      method,
      headers: {
        origin: this.origin,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }

  /** The answer of a call that has to succeed. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, json } = await this.call<T>(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  session = (): Promise<SessionInfo> => this.ask('GET', '/session');

  async workspaceId(): Promise<string> {
    const { workspaces } = await this.session();
    const [first] = workspaces;
    if (!first) throw new Error('Nobody has a workspace here');
    return first.id;
  }

  /** Authorises GitHub as the sandbox's person, anew for the connection named; answers it. */
  async connectGitHub(login = owner, connectionId?: string): Promise<Connection> {
    const { authorize_url } = await this.ask<{ authorize_url: string }>(
      'POST',
      '/connections/authorize',
      {
        connector: 'github',
        return_to: '/',
        ...(connectionId === undefined ? {} : { connection_id: connectionId }),
      },
    );
    const accounts = await this.browser.open(new URL(authorize_url, this.origin));
    const after = await this.#choose(accounts, login);
    const { data } = await this.ask<List<Connection>>('GET', '/connections');
    const [connection] = data;
    if (!connection) throw new Error(`Nothing is connected, the browser is at ${after.url.href}`);
    return connection;
  }

  /** Authorises Linear as the sandbox's person. */
  async connectLinear(displayName = 'mara'): Promise<Connection> {
    const { authorize_url } = await this.ask<{ authorize_url: string }>(
      'POST',
      '/connections/authorize',
      { connector: 'linear', return_to: '/' },
    );
    const consent = await this.browser.open(new URL(authorize_url, this.origin));
    const action = /<form method="post" action="([^"]+authorize)"/.exec(consent.text)?.[1];
    if (!action) throw new Error(`No account can be chosen at ${consent.url.href}`);
    const fields = formFields(consent.text);
    await this.browser.submit(consent, action, [...fields, ['person', displayName]]);
    const { data } = await this.ask<List<Connection>>('GET', '/connections');
    const connection = data.find(({ connector }) => connector === 'linear');
    if (!connection) throw new Error('Linear is not connected');
    return connection;
  }

  /** Connects and keeps the repository in step; the backfill has begun when this returns. */
  async keepInStep(scope = repo): Promise<Kept> {
    const connection = await this.connectGitHub();
    const { data } = await this.ask<List<ScopeOptionRow>>(
      'GET',
      `/connections/${connection.id}/scopes?resource=issues`,
    );
    const option = data.find(({ key, title }) => key === scope || title === scope);
    if (!option) throw new Error(`${scope} is not offered`, { cause: data.map(({ key }) => key) });
    const stream = await this.ask<Stream>('POST', '/streams', {
      connection_id: connection.id,
      resource: 'issues',
      scope_key: option.key,
    });
    return { connectionId: connection.id, streamId: stream.id };
  }

  /** Waits until the stream is live and its webhook is registered. */
  async untilLive({ connectionId, streamId }: Kept, deadlineMs = backfillDeadlineMs) {
    return eventually(
      'the stream is live',
      async () => {
        const streams = await this.ask<List<Stream>>(
          'GET',
          `/streams?connection_id=${connectionId}`,
        );
        const stream = streams.data.find(({ id }) => id === streamId);
        const { webhooks } = await this.connection(connectionId);
        const isReady = stream?.phase === 'live' && webhooks[0]?.status === 'active';
        return isReady ? stream : null;
      },
      deadlineMs,
    );
  }

  connection = (id: string): Promise<Connection> => this.ask('GET', `/connections/${id}`);
  history = (id: string): Promise<RecordHistory> => this.ask('GET', `/records/${id}/history`);
  record = (id: string): Promise<RecordRow> => this.ask('GET', `/records/${id}`);
  log = async (id: string): Promise<ConnectionLogRow[]> =>
    (await this.ask<List<ConnectionLogRow>>('GET', `/connections/${id}/log?limit=200`)).data;
  runs = async (streamId: string): Promise<Run[]> =>
    (await this.ask<List<Run>>('GET', `/runs?stream_id=${streamId}`)).data;

  /** Every record there is. */
  async records(): Promise<RecordRow[]> {
    const rows: RecordRow[] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `/records?sort=title&limit=${pageRows}${from}`;
      const page: List<RecordRow> = await this.ask('GET', path);
      rows.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return rows;
  }
}
