import type { ConnectorApi, PollPage, WriteResult } from '#lib/connectors/protocol/index';
import { HubError, type Json, type JsonObject, jsonEqual } from '#lib/core/index';
import type { FakeRemote, StoredObject } from './fake-remote.ts';

export type Call = 'backfill' | 'poll' | 'read' | 'update' | 'create' | 'findCreated';

/**
 * What happens to one call. before: it never arrives. after: it takes effect and the answer is lost.
 * late: no answer, and the effect comes with `land`. The others are answers of the service.
 */
export type FaultKind =
  | 'before'
  | 'after'
  | 'late'
  | 'limited'
  | 'unauthorized'
  | 'gone'
  | 'forbidden'
  | 'refused'
  | 'faulty';

export interface Fault {
  on: Call;
  kind: FaultKind;
}

const faultOf: Record<FaultKind, () => HubError> = {
  before: () => new HubError('provider.unreachable', 'No route.', { retry: 'later' }),
  after: () => new HubError('provider.timeout', 'The answer was lost.', { retry: 'later' }),
  late: () => new HubError('provider.timeout', 'No answer.', { retry: 'later' }),
  limited: () =>
    new HubError('provider.rate_limited', 'Wait.', { retry: 'after', afterMs: 30_000 }),
  unauthorized: () => new HubError('provider.unauthorized', 'Who is there?'),
  gone: () => new HubError('provider.gone', 'That place was dropped.'),
  forbidden: () => new HubError('provider.forbidden', 'Not yours.'),
  refused: () => new HubError('provider.refused', 'Never.'),
  faulty: () => new HubError('provider.unavailable', 'Broken.', { retry: 'later' }),
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** The api half of a connector for a FakeRemote, with faults that the test lines up. */
export class RemoteApi {
  faults: Fault[] = [];
  readonly calls: Call[] = [];
  private readonly answered = new Map<string, WriteResult>();
  private landing: (() => void)[] = [];
  readonly remote: FakeRemote;

  constructor(remote: FakeRemote) {
    this.remote = remote;
  }

  /** Calls without an answer take effect now, unless the service would refuse them by now. */
  land(): void {
    for (const effect of this.landing.splice(0)) {
      try {
        effect();
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
      }
    }
  }

  readonly api: ConnectorApi = {
    account: () => Promise.resolve({ id: '1', name: 'simulated', url: null }),
    scopes: () => Promise.resolve([]),
    toError: () => new HubError('provider.bad_answer'),
    backfill: (_ctx, _resource, _scope, from) =>
      this.call('backfill', () => {
        const cursor = this.remote.switches.tokens
          ? { token: this.remote.log.length }
          : { since: Math.floor(this.remote.now / 1_000) * 1_000 };
        const { objects, next } = this.list(from);
        return { objects, faults: [], next, total: null, cursor };
      }),
    poll: (_ctx, _resource, _scope, cursor) => this.call('poll', () => this.poll(cursor)),
    read: (_ctx, _resource, { externalId }) =>
      this.call('read', () => {
        const object = this.remote.objects.get(this.remote.nameOf(externalId));
        return object && !object.deleted ? this.remote.show(object) : null;
      }),
    update: (_ctx, _resource, { externalId }, fields, guard) =>
      this.call('update', () => {
        if (!guard) throw new HubError('internal.unexpected', 'A write came without its guard.');
        return this.update(this.remote.nameOf(externalId), fields, guard);
      }),
    create: (_ctx, _resource, _scope, fields, { key }) =>
      this.call('create', () => {
        const known = this.remote.switches.keyed
          ? this.remote.made.find((it) => it.key === key)
          : undefined;
        const object = this.remote.objects.get(known?.id ?? this.remote.make(fields, key));
        if (!object) throw new HubError('internal.unexpected', 'What was made is not there.');
        return { object: this.remote.show(object), ignored: [] };
      }),
    findCreated: (_ctx, _resource, _scope, sent) =>
      this.call('findCreated', () => this.findMade(sent)),
  };

  /** By the key where it keeps keys; else what the hub made and reads as it was sent, newest first. */
  private findMade({ key, fields }: { key: string; fields: JsonObject }) {
    const { keyed } = this.remote.switches;
    const form = this.remote.canonical(fields);
    const found = this.remote.made.flatMap((made) => {
      const object = this.remote.objects.get(made.id);
      if (!object || (keyed ? made.key !== key : object.deleted)) return [];
      const isAlike = ['title', 'body'].every((field) =>
        jsonEqual(object.fields[field] ?? null, form[field] ?? null),
      );
      return keyed || isAlike ? [object] : [];
    });
    return this.show(found.toReversed());
  }

  private list(from: JsonObject | null) {
    const { paging, pageSize } = this.remote.switches;
    const living = [...this.remote.objects.values()].filter((it) => !it.deleted && !it.isMoved);
    if (paging === 'keyset') {
      const after = textOf(from?.['after']);
      const rest = living.sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > after);
      const page = rest.slice(0, pageSize);
      const last = page.at(-1);
      return {
        objects: this.show(page),
        next: last && rest.length > pageSize ? { after: last.id } : null,
      };
    }
    const start = Number(from?.['row'] ?? 0);
    const all = living.sort((a, b) => a.at - b.at);
    const end = start + pageSize;
    return {
      objects: this.show(all.slice(start, end)),
      next: end < all.length ? { row: end } : null,
    };
  }

  private poll(cursor: JsonObject): PollPage {
    const { tokens, pageSize, tombstones } = this.remote.switches;
    const page = { faults: [], notModified: false, intervalMs: null };
    const told = (object: StoredObject) => !object.isMoved && (tombstones || !object.deleted);
    if (tokens) {
      const start = Number(cursor['token'] ?? 0);
      const end = Math.min(start + pageSize, this.remote.log.length);
      const ids = new Set(this.remote.log.slice(start, end).map(({ id }) => id));
      const now = [...ids].flatMap((id) => this.remote.objects.get(id) ?? []).filter(told);
      const hasMore = end < this.remote.log.length;
      return { ...page, objects: this.show(now), cursor: { token: end }, hasMore };
    }
    const since = Number(cursor['since'] ?? 0);
    const after = textOf(cursor['after']);
    const rest = [...this.remote.objects.values()]
      .filter(told)
      .map((object) => ({ object, at: this.remote.stamp(object) }))
      .filter(({ object, at }) => at > since || (at === since && object.id > after))
      .sort((a, b) => a.at - b.at || (a.object.id < b.object.id ? -1 : 1));
    const some = rest.slice(0, pageSize);
    const last = some.at(-1);
    const hasMore = rest.length > some.length;
    // The walk ends where it began: what changes behind its back in the meantime is seen again.
    const began = Number(cursor['began'] ?? Math.floor(this.remote.now / 1_000) * 1_000);
    const next =
      hasMore && last
        ? { since: last.at, after: last.object.id, began }
        : { since: Math.min(began, last?.at ?? since) };
    return { ...page, objects: this.show(some.map(({ object }) => object)), cursor: next, hasMore };
  }

  private update(
    id: string,
    fields: JsonObject,
    guard: { key: string; rank: number },
  ): WriteResult {
    const { keyed, cas } = this.remote.switches;
    const before = keyed ? this.answered.get(guard.key) : undefined;
    if (before) return structuredClone(before);
    const object = this.remote.objects.get(id);
    if (!object || object.deleted) throw new HubError('provider.not_found', 'Gone.');
    if (cas && this.remote.show(object).rank !== guard.rank) {
      throw new HubError('provider.changed', 'It is another by now.', { retry: 'later' });
    }
    this.remote.patch(id, fields, guard.key);
    const result = { object: this.remote.show(this.remote.objects.get(id) ?? object), ignored: [] };
    this.answered.set(guard.key, structuredClone(result));
    return result;
  }

  private show(objects: StoredObject[]) {
    return objects.map((object) => this.remote.show(object));
  }

  private call<T>(on: Call, work: () => T): Promise<T> {
    this.calls.push(on);
    const at = this.faults.findIndex((fault) => fault.on === on);
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    try {
      if (!fault) return Promise.resolve(work());
      if (fault.kind === 'after') work();
      if (fault.kind === 'late') this.landing.push(() => void work());
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    return Promise.reject(faultOf[fault.kind]());
  }
}
