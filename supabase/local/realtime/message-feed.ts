import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { z } from 'zod';
import type { Logger } from '#lib/observability/index';
import { realtimeLimits } from './limits.ts';
import { encodeBroadcast } from './protocol.ts';
import { RecentIds } from './recent-ids.ts';
import type { Subscriptions } from './subscriptions.ts';

const notice = z.codec(z.string(), z.object({ id: z.uuid(), topic: z.string() }), {
  decode: (text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'not JSON', input: text });
      return z.NEVER;
    }
  },
  encode: (value) => JSON.stringify(value),
});

interface MessageRow {
  id: string;
  topic: string;
  event: string | null;
  payload: string;
  inserted_at: string;
}

export interface MessageFeedOptions {
  url: string;
  subscriptions: Subscriptions;
  log: Logger;
}

/**
 * Brings committed rows of realtime.messages to whoever listens to their topic. NOTIFY names the
 * row, in commit order; after the listener's connection was lost, rows inserted meanwhile are read
 * from the table. Delivery is at most once per client, and a hint: readers ask the change log.
 */
export class MessageFeed {
  readonly #url: string;
  readonly #subscriptions: Subscriptions;
  readonly #log: Logger;
  readonly #sql: postgres.Sql;
  readonly #recent = new RecentIds(realtimeLimits.rememberedIds);
  readonly #stopping = new AbortController();
  #waiting: string[] = [];
  #work: Promise<void> = Promise.resolve();
  #loop: Promise<void> | undefined;
  #listening = false;
  #listenAnew: () => void = () => undefined;
  /** Database time: what was inserted before was seen. */
  #seenUntil: string | undefined;

  constructor(options: MessageFeedOptions) {
    this.#url = options.url;
    this.#subscriptions = options.subscriptions;
    this.#log = options.log;
    this.#sql = postgres(options.url, {
      max: 1,
      connect_timeout: 5,
      onnotice: () => undefined,
      connection: { application_name: 'realtime-feed' },
    });
  }

  get isListening(): boolean {
    return this.#listening;
  }

  start(): void {
    this.#loop = this.#listenForever();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await this.#work;
    await this.#sql.end({ timeout: 2 });
  }

  /** Reconnects by itself for ever: a database that restarts is no reason to leave. */
  async #listenForever(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(signal);
      } catch (error) {
        this.#log.debug('realtime cannot listen yet', { err: error });
      }
      this.#listening = false;
      await delay(realtimeLimits.listenRetryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns when the connection is lost or the feed stops. */
  async #listenOnce(signal: AbortSignal): Promise<void> {
    const closed = Promise.withResolvers<void>();
    const end = (): void => closed.resolve();
    signal.addEventListener('abort', end, { once: true });
    this.#listenAnew = end;
    const options = {
      max: 1,
      connect_timeout: 5,
      // postgres.js retires connections after an hour by default, and LISTEN with them.
      max_lifetime: null,
      onnotice: () => undefined,
      connection: { application_name: 'realtime-listen' },
      onclose: end,
      // Read by the driver though not in its types; its own listen() does not survive a restart
      // that takes longer than one attempt to reconnect.
      onnotify: (_channel: string, payload: string) => this.#notified(payload),
    };
    const listener = postgres(this.#url, options);
    try {
      await listener.unsafe('listen realtime_messages');
      await this.#catchUp();
      this.#listening = true;
      await closed.promise;
    } finally {
      signal.removeEventListener('abort', end);
      await listener.end({ timeout: 0 });
    }
  }

  #notified(payload: string): void {
    const parsed = notice.safeParse(payload);
    if (!parsed.success || !this.#subscriptions.has(parsed.data.topic)) return;
    this.#waiting.push(parsed.data.id);
    if (this.#waiting.length === 1) this.#enqueue(() => this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const ids = this.#waiting.slice(0, realtimeLimits.batchRows);
      const rows = await this.#sql<MessageRow[]>`
        select id, topic, event, payload::text as payload, inserted_at::text as inserted_at
        from realtime.messages where id = any(${ids}::uuid[]) and private`;
      this.#waiting.splice(0, ids.length);
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const id of ids) {
        const row = byId.get(id);
        if (row) this.#deliver(row);
      }
    }
  }

  async #catchUp(): Promise<void> {
    const since = this.#seenUntil;
    if (since === undefined) {
      const [clock] = await this.#sql<{ now: string }[]>`select localtimestamp::text as now`;
      this.#seenUntil = clock?.now;
      return;
    }
    const rows = await this.#sql<MessageRow[]>`
      select id, topic, event, payload::text as payload, inserted_at::text as inserted_at
      from (
        select * from realtime.messages
        where extension = 'broadcast' and private and topic = any(${this.#subscriptions.topics()}::text[])
          and inserted_at > ${since}::timestamp - ${realtimeLimits.catchUpOverlapMs} * interval '1 millisecond'
        order by inserted_at desc limit ${realtimeLimits.catchUpRows}
      ) as missed
      order by inserted_at, id`;
    for (const row of rows) this.#deliver(row);
    this.#log.info('realtime listens again', { count: rows.length });
  }

  #deliver(row: MessageRow): void {
    if (!this.#recent.add(row.id)) return;
    if (this.#seenUntil === undefined || row.inserted_at > this.#seenUntil) {
      this.#seenUntil = row.inserted_at;
    }
    const tooLarge = Buffer.byteLength(row.payload) > realtimeLimits.frameBytes;
    const bytes = tooLarge
      ? undefined
      : encodeBroadcast({
          topic: row.topic,
          event: row.event ?? '',
          meta: JSON.stringify({ id: row.id }),
          payload: row.payload,
        });
    if (bytes) this.#subscriptions.deliver(row.topic, bytes);
    else this.#log.warn('a realtime message is too large and was dropped', { event_id: row.id });
  }

  /** A failed read is made up for by the catch-up that follows a new LISTEN. */
  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#waiting = [];
      this.#log.debug('realtime could not read messages', { err: error });
      this.#listenAnew();
    });
  }
}
