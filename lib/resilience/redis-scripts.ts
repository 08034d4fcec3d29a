import { createHash } from 'node:crypto';
import { createClient } from '@redis/client';
import { Redis } from '@upstash/redis';
import type { Logger } from '#lib/observability/index';

/** A count that takes longer is slower than what it protects. */
const commandMs = 1_000;
const connectMs = 2_000;
/** Between two tries to reach a Redis that is away. */
const retryMs = 1_000;
const queuedCommands = 10_000;

/** Runs the scripts of @upstash/ratelimit: all that library asks of a Redis. */
export type ScriptClient = Pick<Redis, 'eval' | 'evalsha'>;

export interface RedisLink {
  client: ScriptClient;
  close(): void;
}

/**
 * Upstash's scripts begin with `#!lua flags=allow-key-locking`, a flag only Upstash knows; Redis 7
 * refuses the script for it and Redis 6 takes the line for Lua. They are run without that line, and
 * known by the hash the library has for them.
 */
export const withoutFlags = (script: string): string => script.replace(/^#!lua[^\n]*\n/, '');

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A Redis of the operator's own, over its protocol: one connection, nothing queued while it is away. */
export function redisLink(url: string, log: Logger): RedisLink {
  const client = createClient({
    url,
    name: 'patchbay-limits',
    // What every Redis since 1.2 speaks.
    RESP: 2,
    disableOfflineQueue: true,
    commandsQueueMaxLength: queuedCommands,
    socket: { connectTimeout: connectMs, reconnectStrategy: () => retryMs },
  });
  // Without a listener the first cut connection would end the process.
  client.on('error', (error: unknown) => log.warn('the Redis of limits is away', { err: error }));
  let isWanted = true;
  void client.connect().catch((error: unknown) => {
    if (isWanted) log.warn('the Redis of limits cannot be reached', { err: error });
  });
  const hashes = new Map<string, string>();
  const send = (command: string[]): Promise<unknown> =>
    client.sendCommand(command, {
      abortSignal: AbortSignal.timeout(commandMs),
      timeout: commandMs,
    });
  const tail = (keys: string[], args: unknown[]): string[] => [
    String(keys.length),
    ...keys,
    ...args.map(String),
  ];
  return {
    client: {
      evalsha: async <_, Data>(
        hash: string,
        keys: string[],
        args: unknown[] = [],
      ): Promise<Data> => {
        const ours = hashes.get(hash);
        if (ours === undefined) throw new Error('NOSCRIPT not loaded by this process yet');
        return (await send(['EVALSHA', ours, ...tail(keys, args)])) as Data;
      },
      eval: async <_, Data>(
        script: string,
        keys: string[],
        args: unknown[] = [],
      ): Promise<Data> => {
        const ours = withoutFlags(script);
        const answer = await send(['EVAL', ours, ...tail(keys, args)]);
        hashes.set(sha1(script), sha1(ours));
        return answer as Data;
      },
    },
    close: () => {
      isWanted = false;
      client.destroy();
    },
  };
}

/** Upstash's Redis, over its REST interface. */
export function upstashLink(at: { url: string; token: string }): RedisLink {
  const client = new Redis({
    ...at,
    enableTelemetry: false,
    enableAutoPipelining: false,
    retry: false,
    signal: () => AbortSignal.timeout(commandMs),
  });
  return { client, close: () => undefined };
}
