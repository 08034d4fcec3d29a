import type {
  ConnectorApi,
  ConnectorManifest,
  RemoteObject,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';

/** What the next call of a kind does instead of, or beside, its work. */
export interface Fault {
  on: 'update' | 'read' | 'backfill' | 'poll';
  /** Calls of the kind that go well first. */
  skips?: number;
  error?: HubError;
  /** Whether the effect takes place before the error. */
  after?: boolean;
  /** Runs in the middle of the call: someone else edits, a worker is killed. */
  meanwhile?: () => Promise<void> | void;
}

interface Stored {
  fields: JsonObject;
  rank: number;
  deleted: boolean;
  /** The scope it is in; without one it is in all of them. */
  place?: string;
}

export const manifest: ConnectorManifest = {
  name: 'fake',
  provider: 'Fake',
  summary: 'A service in memory.',
  category: 'generic',
  auth: [
    {
      kind: 'oauth2',
      scopes: { read: [], write: [], webhooks: [] },
      scopeSeparator: ' ',
      pkce: 'S256',
      tokenAuth: 'client_secret_post',
      revoke: 'delete_with_basic',
      consoleUrl: 'https://fake.example/apps',
      tokenRules: { mayExpire: true, types: ['bearer'] },
    },
  ],
  endpoints: {
    authorizeUrl: 'https://fake.example/authorize',
    tokenUrl: 'https://fake.example/token',
    revokeUrl: null,
    apiBaseUrl: 'https://api.fake.example',
    webBaseUrl: 'https://fake.example',
  },
  rate: { requests: 5_000, perMs: 3_600_000, concurrent: 100, headers: null },
  webhook: null,
  resources: [
    {
      name: 'issues',
      kind: 'task',
      title: 'Issues',
      scopeTitle: 'project',
      writable: ['title', 'body', 'state', 'labels', 'assignees'],
      writableValues: { state: ['open', 'done', 'cancelled'] },
      listsAll: true,
    },
  ],
  hosts: [],
  selfHostedApiPath: null,
  lookups: [],
  gaps: [],
};

/**
 * A service in memory with one clock that ticks when told to: two states may share a rank, as at a
 * service whose times are in seconds. It trims titles, counts calls, and fails as asked.
 */
export class FakeService {
  readonly objects = new Map<string, Stored>();
  /** Old ids, and what answers to them. */
  readonly renamed = new Map<string, string>();
  readonly writes: { id: string; fields: JsonObject }[] = [];
  readonly calls: string[] = [];
  faults: Fault[] = [];
  pageSize = 100;
  now = 1_760_000_000_000;

  seed(count: number): void {
    for (let number = 1; number <= count; number += 1) {
      this.put(String(number), {
        title: `Issue ${number}`,
        body: number % 3 === 0 ? null : `Body of ${number}\n\nwith *Markdown*`,
        state: number % 4 === 0 ? 'done' : 'open',
        labels: number % 5 === 0 ? ['bug', 'p1'] : [],
        assignees: number % 7 === 0 ? ['ada'] : [],
        number,
        comments: number % 2,
        author: { id: '1', login: 'ada' },
      });
      this.now += 1_000;
    }
  }

  put(id: string, fields: JsonObject): RemoteObject {
    const before = this.objects.get(id);
    this.objects.set(id, {
      ...before,
      fields: { ...before?.fields, ...fields },
      rank: this.now,
      deleted: false,
    });
    return this.snapshot(id);
  }

  /** Someone there edits an object; the clock ticks first. */
  edit(id: string, fields: JsonObject): RemoteObject {
    this.now += 1_000;
    return this.put(id, fields);
  }

  remove(id: string): RemoteObject {
    this.now += 1_000;
    const gone = { ...this.need(id), rank: this.now, deleted: true };
    this.objects.set(id, gone);
    return this.snapshot(id);
  }

  /** Someone there moves an object to another scope, which may give it another id. */
  move(id: string, place: string, newId = id): RemoteObject {
    this.now += 1_000;
    const moved = { ...this.need(id), rank: this.now, place };
    this.objects.delete(id);
    this.objects.set(newId, moved);
    if (newId !== id) this.renamed.set(id, newId);
    return this.snapshot(newId);
  }

  snapshot(id: string): RemoteObject {
    const { fields, rank, deleted, place } = this.need(id);
    return {
      externalId: id,
      externalKey: id,
      url: `https://fake.example/${id}`,
      rank,
      rankIsExact: false,
      updatedAt: new Date(rank).toISOString(),
      fields: structuredClone(fields),
      ...(place === undefined ? {} : { scopeKey: place }),
      deleted,
      raw: { id, fields: structuredClone(fields) },
    };
  }

  /** Living objects of a scope, oldest change first, as the service lists them. */
  list(scope: JsonObject = {}): RemoteObject[] {
    const isIn = (place?: string) =>
      place === undefined || scope['project'] === undefined || place === scope['project'];
    return [...this.objects]
      .filter(([, object]) => !object.deleted && isIn(object.place))
      .sort(([, a], [, b]) => a.rank - b.rank)
      .map(([id]) => this.snapshot(id));
  }

  api: ConnectorApi = {
    account: () => Promise.resolve({ id: '1', name: 'fake', url: null }),
    scopes: () => Promise.resolve([]),
    registerWebhook: () => Promise.resolve({ remoteId: '1' }),
    removeWebhook: () => Promise.resolve(),
    toError: () => new HubError('provider.bad_answer'),
    backfill: (_ctx, _resource, scope, from) =>
      this.call('backfill', () => {
        const start = Number(from?.['at'] ?? 0);
        const all = this.list(scope);
        const end = start + this.pageSize;
        return {
          objects: all.slice(start, end),
          faults: [],
          next: end < all.length ? { at: end } : null,
          total: all.length,
          cursor: { since: this.now },
        };
      }),
    poll: (_ctx, _resource, scope, cursor) =>
      this.call('poll', () => {
        const since = Number(cursor['since'] ?? 0);
        const changed = this.list(scope).filter((object) => object.rank >= since);
        const page = changed.slice(0, this.pageSize);
        const hasMore = changed.length > page.length;
        const last = page.at(-1)?.rank ?? since;
        return {
          objects: page,
          faults: [],
          cursor: { since: last },
          hasMore,
          notModified: false,
          intervalMs: null,
        };
      }),
    read: (_ctx, _resource, ref) =>
      this.call('read', () => {
        const id = this.renamed.get(ref.externalId) ?? ref.externalId;
        const object = this.objects.get(id);
        return object && !object.deleted ? this.snapshot(id) : null;
      }),
    update: (_ctx, _resource, ref, fields) =>
      this.call('update', () => this.write(ref.externalId, fields)),
  };

  private write(id: string, fields: JsonObject): WriteResult {
    if (fields['title'] === '') {
      throw new HubError('provider.refused', 'Fake refused the change: title is missing.', {
        details: { fields: [{ field: 'title', message: 'is missing' }] },
      });
    }
    this.writes.push({ id, fields: structuredClone(fields) });
    const title = fields['title'];
    this.edit(id, typeof title === 'string' ? { ...fields, title: title.trim() } : fields);
    return { object: this.snapshot(id), ignored: [] };
  }

  private async call<T>(on: Fault['on'], work: () => T): Promise<T> {
    this.calls.push(on);
    const at = this.faults.findIndex((fault) => fault.on === on);
    const next = this.faults[at];
    if (next?.skips) {
      next.skips -= 1;
      return work();
    }
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    if (!fault) return work();
    if (fault.error && !fault.after) throw fault.error;
    const result = work();
    await fault.meanwhile?.();
    if (fault.error) throw fault.error;
    return result;
  }

  private need(id: string): Stored {
    const object = this.objects.get(id);
    if (!object) throw new Error(`The fake service has no object ${id}.`);
    return object;
  }
}
