import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Authorizer } from './authorizer.ts';
import { Channel } from './channel.ts';
import { realtimeLimits } from './limits.ts';
import { encodeFrame, type Frame, parseFrame, topicPrefix } from './protocol.ts';
import { RateWindow } from './rate-window.ts';
import type { Subscriptions } from './subscriptions.ts';

const tokenPayload = z.object({ access_token: z.unknown() });

export interface ClientConnectionOptions {
  socket: WebSocket;
  authorizer: Authorizer;
  subscriptions: Subscriptions;
}

/** One browser tab's socket and its channels. */
export class ClientConnection {
  readonly #socket: WebSocket;
  readonly #authorizer: Authorizer;
  readonly #subscriptions: Subscriptions;
  readonly #channels = new Map<string, Channel>();
  readonly #frames = new RateWindow(realtimeLimits.framesPerSecond, 1_000);
  readonly #joins = new RateWindow(realtimeLimits.joinsPerTenSeconds, 10_000);
  #heardAt = Date.now();

  constructor(options: ClientConnectionOptions) {
    this.#socket = options.socket;
    this.#authorizer = options.authorizer;
    this.#subscriptions = options.subscriptions;
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('close', () => this.#abandonAll());
    // `ws` closes a socket by itself after a protocol error; without a listener it would throw.
    this.#socket.on('error', () => this.#abandonAll());
  }

  /** Closes the socket if its client has been silent for too long. */
  closeIfIdle(now: number, idleMs: number): void {
    if (now - this.#heardAt < idleMs) return;
    this.close(1001, 'idle');
  }

  close(code: number, reason: string): void {
    this.#abandonAll();
    this.#socket.close(code, reason);
    // A peer that does not answer the closing handshake is cut off at the next sweep.
    if (this.#socket.readyState === this.#socket.CLOSING) {
      setTimeout(() => this.#socket.terminate(), realtimeLimits.sweepMs).unref();
    }
  }

  /** Sends bytes that many clients get alike. A client that does not read is cut off. */
  deliver(bytes: Buffer | string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > realtimeLimits.bufferedBytes) {
      this.#abandonAll();
      this.#socket.terminate();
      return;
    }
    this.#socket.send(bytes);
  }

  #receive(data: RawData, isBinary: boolean): void {
    const now = Date.now();
    this.#heardAt = now;
    if (!this.#frames.take(now)) {
      this.close(1008, 'Too many messages per second');
      return;
    }
    const frame = Buffer.isBuffer(data) ? parseFrame(data, isBinary) : undefined;
    if (frame === undefined) {
      this.close(1002, 'malformed frame');
      return;
    }
    this.#dispatch(frame, now);
  }

  #dispatch(frame: Frame, now: number): void {
    if (frame.topic === 'phoenix' && frame.event === 'heartbeat') {
      this.#reply(frame, 'ok', {});
      return;
    }
    if (frame.event === 'phx_join') {
      this.#join(frame, now);
      return;
    }
    const channel = this.#channels.get(frame.topic);
    // A frame of a former join of the same topic is none of the present one's business.
    if (channel === undefined || (frame.joinRef !== null && frame.joinRef !== channel.joinRef)) {
      this.#reply(frame, 'error', { reason: 'unmatched topic' });
      return;
    }
    switch (frame.event) {
      case 'phx_leave':
        channel.leave(frame.ref);
        break;
      case 'access_token':
        channel.refresh(tokenPayload.safeParse(frame.payload).data?.access_token);
        break;
      case 'broadcast':
        channel.refuseBroadcast(frame.ref);
        break;
      case 'presence':
        channel.reply(frame.ref, 'error', {
          reason: 'PresenceNotSupported: This server has no presence',
        });
        break;
      default:
        channel.reply(frame.ref, 'error', {
          reason: 'UnknownEvent: This server does not know this event',
        });
    }
  }

  #join(frame: Frame, now: number): void {
    const { topic, ref } = frame;
    const joinRef = frame.joinRef ?? ref;
    if (!topic.startsWith(topicPrefix) || joinRef === null) {
      this.#reply(frame, 'error', { reason: 'unmatched topic' });
      return;
    }
    if (!this.#joins.take(now)) {
      this.#reply(frame, 'error', {
        reason: 'ClientJoinRateLimitReached: Too many joins per second',
      });
      return;
    }
    this.#channels.get(topic)?.abandon({ tellClient: true });
    if (this.#channels.size >= realtimeLimits.channelsPerConnection) {
      this.#reply(frame, 'error', { reason: 'ChannelRateLimitReached: Too many channels' });
      return;
    }
    const channel: Channel = new Channel({
      topic,
      joinRef,
      authorizer: this.#authorizer,
      host: {
        send: (answer) => this.deliver(encodeFrame(answer)),
        joined: (joined) => this.#subscriptions.add(joined.name, this),
        left: (left) => {
          if (this.#channels.get(topic) !== left) return;
          this.#channels.delete(topic);
          this.#subscriptions.remove(left.name, this);
        },
      },
    });
    this.#channels.set(topic, channel);
    channel.join(ref, frame.payload);
  }

  #reply(frame: Frame, status: 'ok' | 'error', response: object): void {
    const { joinRef, ref, topic } = frame;
    this.deliver(
      encodeFrame({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response } }),
    );
  }

  #abandonAll(): void {
    for (const channel of this.#channels.values()) channel.abandon({ tellClient: false });
  }
}
