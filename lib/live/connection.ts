import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
import type { QueryClient } from '@tanstack/react-query';
import { type RealtimeToken, realtimeTokenSchema } from '#lib/identity/schema';
import { changesSignalSchema, touchedSignalSchema } from '#lib/realtime/schema';
import { type Change, changesAnswerSchema } from '#lib/records/schema';
import { ApiProblem, callApi } from './api-client.ts';
import { everTouched, keys, staleBy } from './keys.ts';
import { type LiveEvent, type LiveState, nextLiveState } from './live-state.ts';
import { nextAsk, upsertRecords } from './record-cache.ts';
import { Refresher } from './refresher.ts';

const bounds = {
  /** A token is renewed when less than this is left of it. */
  tokenSlackMs: 60_000,
  /** Realtime may be down this long before the event stream takes over. */
  fallbackAfterMs: 6_000,
  retryMinMs: 500,
  retryMaxMs: 10_000,
  /** Pages of the change log read in one catch-up before lists are simply fetched anew. */
  catchUpPages: 10,
  catchUpRows: 200,
} as const;

type Listener<T> = (value: T) => void;

/**
 * One per workspace and tab. Subscribes to the workspace's private topic, treats every message as a
 * hint and reads the change log from its own cursor, on every (re)subscribe as well, so nothing is
 * missed while away. When the channel closes for good (expired token, raised epoch) it is made anew
 * with a fresh token and jitter; when Realtime cannot be had, server-sent events take over.
 */
export class LiveConnection {
  private state: LiveState = 'connecting';
  private token: RealtimeToken | null = null;
  private client: SupabaseClient | null = null;
  private channel: RealtimeChannel | null = null;
  private stream: EventSource | null = null;
  private cursor: number | null = null;
  private stopped = false;
  private attempt = 0;
  private generation = 0;
  private timers = new Set<ReturnType<typeof setTimeout>>();
  private readonly refresher: Refresher;
  private reading: Promise<void> | null = null;
  private readAgain = false;
  private readonly stateListeners = new Set<() => void>();
  private readonly changeListeners = new Set<Listener<Change[]>>();
  private readonly workspaceId: string;
  private readonly queries: QueryClient;

  constructor(workspaceId: string, queries: QueryClient) {
    this.workspaceId = workspaceId;
    this.queries = queries;
    this.refresher = new Refresher(workspaceId, queries);
  }

  getState = (): LiveState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  /** Changes as they are read from the log, in order of position. */
  onChanges(listener: Listener<Change[]>): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  start(): void {
    globalThis.addEventListener?.('online', this.wakeUp);
    globalThis.addEventListener?.('offline', this.lose);
    globalThis.document?.addEventListener('visibilitychange', this.wakeUp);
    void this.join();
  }

  stop(): void {
    this.stopped = true;
    this.generation += 1;
    globalThis.removeEventListener?.('online', this.wakeUp);
    globalThis.removeEventListener?.('offline', this.lose);
    globalThis.document?.removeEventListener('visibilitychange', this.wakeUp);
    for (const timer of this.timers) clearTimeout(timer);
    this.stream?.close();
    void this.client?.removeAllChannels();
    void this.client?.realtime.disconnect();
    this.refresher.stop();
  }

  private readonly wakeUp = (): void => {
    if (globalThis.document?.visibilityState === 'hidden') return;
    if (this.state === 'live') void this.catchUp();
    else void this.join();
  };

  /** The device says so at once; the socket would notice by its heartbeat only. */
  private readonly lose = (): void => this.move({ type: 'gave_up' });

  private move(event: LiveEvent): void {
    const next = nextLiveState(this.state, event);
    if (next === this.state) return;
    this.state = next;
    for (const listener of this.stateListeners) listener();
  }

  private later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.stopped) work();
    }, ms);
    this.timers.add(timer);
  }

  private async freshToken(): Promise<RealtimeToken> {
    const left = this.token ? Date.parse(this.token.expires_at) - Date.now() : 0;
    if (this.token && left > bounds.tokenSlackMs) return this.token;
    this.token = await callApi('/realtime-token', {
      method: 'POST',
      query: { workspace_id: this.workspaceId },
      schema: realtimeTokenSchema,
    });
    return this.token;
  }

  private async join(): Promise<void> {
    const generation = ++this.generation;
    try {
      const token = await this.freshToken();
      if (this.stopped || generation !== this.generation) return;
      this.cursor ??= token.position;
      this.client ??= await this.makeClient(token);
      // Without this the first join carries no token and is refused (supabase-js resolves it late).
      await this.client.realtime.setAuth();
      if (this.channel) await this.client.removeChannel(this.channel);
      if (this.stopped || generation !== this.generation) return;
      this.channel = this.client
        .channel(token.topic, { config: { private: true } })
        .on('broadcast', { event: 'changes' }, (message) => this.hearChanges(message['payload']))
        .on('broadcast', { event: 'touched' }, (message) => this.hearTouched(message['payload']))
        .on('broadcast', { event: 'epoch' }, () => this.rejoin())
        .subscribe((status) => {
          if (generation === this.generation) this.heard(status);
        });
      this.later(bounds.fallbackAfterMs, () => {
        if (generation === this.generation && this.state !== 'live') this.openStream();
      });
    } catch {
      this.move({ type: this.attempt > 2 ? 'gave_up' : 'dropped' });
      this.retry();
    }
  }

  private async makeClient(token: RealtimeToken): Promise<SupabaseClient> {
    const { createClient } = await import('@supabase/supabase-js');
    return createClient(token.url, token.key, {
      accessToken: async () => (await this.freshToken()).token,
      realtime: { worker: false },
    });
  }

  private heard(status: string): void {
    if (status === 'SUBSCRIBED') {
      this.attempt = 0;
      this.stream?.close();
      this.stream = null;
      this.move({ type: 'subscribed' });
      // The log says what records were missed. Of other tables nothing is told twice, so whatever is on
      // the screen is asked for again: it may have been read before anybody listened here.
      this.refresher.mark(everTouched);
      void this.catchUp();
      return;
    }
    this.move({ type: 'dropped' });
    // The client rejoins by itself after a drop, but for ever with the topic and token it has; a
    // closed channel it never rejoins. Both are made anew here.
    this.retry();
  }

  private rejoin(): void {
    this.token = null;
    this.move({ type: 'dropped' });
    this.later(Math.random() * 250, () => void this.join());
  }

  private retry(): void {
    const generation = this.generation;
    const ceiling = Math.min(bounds.retryMaxMs, bounds.retryMinMs * 2 ** this.attempt);
    this.attempt += 1;
    this.token = null;
    this.later(ceiling / 2 + Math.random() * (ceiling / 2), () => {
      if (generation === this.generation && this.state !== 'live') void this.join();
    });
  }

  private openStream(): void {
    if (this.stream || this.stopped) return;
    const query = new URLSearchParams({
      workspace_id: this.workspaceId,
      after: String(this.cursor ?? 0),
    });
    this.stream = new EventSource(`/api/v1/changes/stream?${query}`);
    this.stream.addEventListener('open', () => this.move({ type: 'streaming' }));
    this.stream.addEventListener('changes', () => void this.catchUp());
    this.stream.addEventListener('error', () => this.move({ type: 'gave_up' }));
  }

  private hearChanges(payload: unknown): void {
    const signal = changesSignalSchema.safeParse(payload);
    if (!signal.success || this.cursor === null || signal.data.to > this.cursor)
      void this.catchUp();
  }

  private hearTouched(payload: unknown): void {
    const signal = touchedSignalSchema.safeParse(payload);
    if (!signal.success) return;
    if (signal.data.table === 'links') {
      if (signal.data.ids) this.refresher.markRecords(signal.data.ids);
      else this.refresher.mark(['records']);
    }
    this.refresher.mark(staleBy[signal.data.table] ?? []);
  }

  /** One at a time; a hint that comes meanwhile makes it run once more. */
  private catchUp(): Promise<void> {
    if (this.reading) {
      this.readAgain = true;
      return this.reading;
    }
    this.reading = this.readLog()
      .catch((error: unknown) => this.afterMiss(error))
      .catch(() => this.move({ type: 'dropped' }))
      .finally(() => {
        this.reading = null;
        if (this.readAgain && !this.stopped) {
          this.readAgain = false;
          void this.catchUp();
        }
      });
    return this.reading;
  }

  private async readLog(): Promise<void> {
    for (let page = 0; page < bounds.catchUpPages; page += 1) {
      const asked = nextAsk();
      const answer = await callApi('/changes', {
        query: {
          workspace_id: this.workspaceId,
          after: this.cursor ?? 0,
          limit: bounds.catchUpRows,
        },
        schema: changesAnswerSchema,
      });
      if (this.stopped) return;
      upsertRecords(this.queries, answer.records, asked);
      for (const { id, deleted_at: endedAt } of answer.records) {
        // It may have become part of another: whoever has it open is told what it is now.
        if (endedAt !== null) void this.queries.invalidateQueries({ queryKey: keys.record(id) });
      }
      this.cursor = answer.position;
      if (answer.changes.length > 0) {
        for (const change of answer.changes) {
          void this.queries.invalidateQueries({
            queryKey: keys.recordHistory(this.workspaceId, change.record_id),
          });
        }
        this.refresher.mark(['board']);
        for (const listener of this.changeListeners) listener(answer.changes);
      }
      if (!answer.has_more) {
        this.move({ type: 'caught_up' });
        return;
      }
    }
    // Too far behind to follow row by row.
    await this.takePresent();
  }

  /** The log is not kept from so far back: what is missing is not in it any more. */
  private async afterMiss(error: unknown): Promise<void> {
    const isGone = error instanceof ApiProblem && error.code === 'records.position_gone';
    if (!isGone) throw error;
    await this.takePresent();
  }

  /** The present state instead of the way there. */
  private async takePresent(): Promise<void> {
    const token = await callApi('/realtime-token', {
      method: 'POST',
      query: { workspace_id: this.workspaceId },
      schema: realtimeTokenSchema,
    });
    this.cursor = token.position;
    await this.queries.invalidateQueries();
    this.move({ type: 'caught_up' });
  }
}
