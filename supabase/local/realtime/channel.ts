import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Authorizer } from './authorizer.ts';
import { realtimeLimits } from './limits.ts';
import { type Frame, topicPrefix } from './protocol.ts';

const joinPayload = z.object({
  config: z
    .object({
      broadcast: z
        .object({
          ack: z.boolean().optional(),
          replay: z.unknown().optional(),
          replication_ready: z.boolean().optional(),
        })
        .optional(),
      presence: z.object({ enabled: z.boolean().optional() }).optional(),
      postgres_changes: z.array(z.unknown()).optional(),
      private: z.boolean().optional(),
    })
    .default({}),
  access_token: z.string().nullish(),
});

/** What a channel needs of the connection it belongs to. */
export interface ChannelHost {
  send(frame: Frame): void;
  /** The channel counts as subscribed from now on. */
  joined(channel: Channel): void;
  /** It does not any more. */
  left(channel: Channel): void;
}

export interface ChannelOptions {
  host: ChannelHost;
  authorizer: Authorizer;
  /** With its prefix, as the client wrote it. */
  topic: string;
  joinRef: string;
}

/**
 * One client's subscription to one topic: joining, waiting → open → closed. Whatever asks the
 * database goes through one queue, so that a refreshed token cannot overtake the join it follows.
 */
export class Channel {
  readonly topic: string;
  readonly joinRef: string;
  readonly #host: ChannelHost;
  readonly #authorizer: Authorizer;
  #queue: Promise<void> = Promise.resolve();
  #state: 'waiting' | 'open' | 'closed' = 'waiting';
  #token: string | undefined;
  #expiresAt = 0;
  #expiry: NodeJS.Timeout | undefined;
  #acknowledges = false;

  constructor(options: ChannelOptions) {
    this.topic = options.topic;
    this.joinRef = options.joinRef;
    this.#host = options.host;
    this.#authorizer = options.authorizer;
  }

  /** The topic as the database knows it. */
  get name(): string {
    return this.topic.slice(topicPrefix.length);
  }

  join(ref: string | null, payload: unknown): void {
    this.#enqueue(async () => {
      const parsed = joinPayload.safeParse(payload);
      const problem = parsed.success
        ? this.#unsupported(parsed.data)
        : 'InvalidJoinPayload: The payload is malformed';
      if (problem !== undefined || !parsed.success) {
        this.#refuse(ref, problem ?? '');
        return;
      }
      const { config, access_token: token } = parsed.data;
      const verdict = await this.#authorizer.authorize(token ?? undefined, this.name);
      if (this.#state === 'closed') return;
      if (verdict.outcome !== 'granted') {
        this.#refuse(ref, verdict.reason);
        return;
      }
      this.#state = 'open';
      this.#token = token ?? undefined;
      this.#acknowledges = config.broadcast?.ack === true;
      this.#expireAt(verdict.expiresAt);
      // First subscribed, then told so: what commits after the answer is delivered.
      this.#host.joined(this);
      this.reply(ref, 'ok', { postgres_changes: [] });
      if (config.presence?.enabled === true) this.#push('presence_state', {});
      if (config.broadcast?.replication_ready === true) {
        this.#system('ok', 'Replication connection established');
      }
    });
  }

  refresh(token: unknown): void {
    if (typeof token !== 'string' || token === this.#token || token.startsWith('sb_')) return;
    this.#enqueue(async () => {
      const verdict = await this.#reauthorize(token);
      if (this.#state !== 'open') return;
      if (verdict.outcome !== 'granted') {
        this.stop(verdict.reason);
        return;
      }
      this.#token = token;
      this.#expireAt(verdict.expiresAt);
    });
  }

  /** A browser's own message. Our channels carry what the database sends and nothing else. */
  refuseBroadcast(ref: string | null): void {
    if (!this.#acknowledges) return;
    this.reply(ref, 'error', {
      reason: `Unauthorized: You do not have permissions to write to this Channel topic: ${this.name}`,
    });
  }

  leave(ref: string | null): void {
    this.reply(ref, 'ok', {});
    this.#close();
  }

  /** Ends the channel for good: the client does not rejoin by itself after phx_close. */
  stop(message: string): void {
    if (this.#state === 'closed') return;
    this.#system('error', message);
    this.#close();
  }

  /** The socket is gone or the client joined the topic again. */
  abandon(options: { tellClient: boolean }): void {
    if (options.tellClient) this.#close();
    else this.#end();
  }

  reply(ref: string | null, status: 'ok' | 'error', response: object): void {
    const { topic, joinRef } = this;
    this.#host.send({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response } });
  }

  /** While the database is away the former token goes on counting until it expires. */
  async #reauthorize(token: string): ReturnType<Authorizer['authorize']> {
    for (;;) {
      const verdict = await this.#authorizer.authorize(token, this.name);
      const late = Date.now() + realtimeLimits.authorizationRetryMs >= this.#expiresAt;
      if (verdict.outcome !== 'unavailable' || late || this.#state !== 'open') return verdict;
      await delay(realtimeLimits.authorizationRetryMs);
    }
  }

  #unsupported({ config }: z.infer<typeof joinPayload>): string | undefined {
    if (this.name === '') return 'TopicNameRequired: You must provide a topic name';
    if (Buffer.byteLength(this.topic) > realtimeLimits.nameBytes) {
      return `TopicNameTooLong: A topic may have ${realtimeLimits.nameBytes} bytes`;
    }
    if ((config.postgres_changes ?? []).length > 0) {
      return 'PostgresChangesNotSupported: This server has no postgres_changes, listen to broadcasts from the database instead';
    }
    if (config.private !== true) return 'PrivateOnly: This server only allows private channels';
    if (config.broadcast?.replay !== undefined) {
      return 'UnableToReplayMessages: This server does not replay, read the change log instead';
    }
    return undefined;
  }

  #refuse(ref: string | null, reason: string): void {
    if (this.#state === 'closed') return;
    this.reply(ref, 'error', { reason });
    this.#end();
  }

  #expireAt(expiresAt: number): void {
    clearTimeout(this.#expiry);
    this.#expiresAt = expiresAt;
    const wait = Math.min(Math.max(expiresAt - Date.now(), 0), realtimeLimits.timerMs);
    this.#expiry = setTimeout(() => this.stop('Token has expired'), wait);
    this.#expiry.unref();
  }

  #system(status: 'ok' | 'error', message: string): void {
    this.#push('system', { extension: 'system', status, message, channel: this.name });
  }

  #push(event: string, payload: object): void {
    this.#host.send({ joinRef: this.joinRef, ref: null, topic: this.topic, event, payload });
  }

  #close(): void {
    if (this.#state === 'closed') return;
    const { topic, joinRef } = this;
    this.#host.send({ joinRef, ref: joinRef, topic, event: 'phx_close', payload: {} });
    this.#end();
  }

  #end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#expiry);
    this.#host.left(this);
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch(() => this.stop('The channel failed'));
  }
}
