import postgres from 'postgres';
import { workChannel } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';

export interface WorkListener {
  isListening(): boolean;
  stop(): Promise<void>;
}

export interface ListenerOptions {
  url: string;
  log: Logger;
  onWork(work: string): void;
  /** Each time listening (re)starts. */
  onListening(): void;
}

const retryMs = 500;
/** A transaction pooler accepts LISTEN and delivers nothing, so listening is proved by an echo. */
const echoEveryMs = 2_000;
const echoTimeoutMs = 2_000;

/**
 * LISTEN on a connection of its own, anew for ever. The driver's own listen() gives up after one
 * failed attempt to reconnect, which is every restart of PostgreSQL.
 */
export function startListener(options: ListenerOptions): WorkListener {
  const stopping = new AbortController();
  let isListening = false;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await listenOnce(options, stopping.signal, (now) => {
          if (now && !isListening) options.onListening();
          isListening = now;
        });
      } catch (error) {
        options.log.debug('The worker cannot listen and polls', { err: error });
      }
      isListening = false;
      await pause(retryMs, stopping.signal);
    }
  };
  const running = run();
  return {
    isListening: () => isListening,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Returns when the connection is lost, an echo stays away, or the listener stops. */
async function listenOnce(
  options: ListenerOptions,
  stopping: AbortSignal,
  report: (isListening: boolean) => void,
): Promise<void> {
  const lost = new AbortController();
  const signal = AbortSignal.any([stopping, lost.signal]);
  const echo = `echo:${crypto.randomUUID()}`;
  let answer: (isAlive: boolean) => void = () => undefined;
  // Once and not for each echo: the signal lives as long as the worker does.
  signal.addEventListener('abort', () => answer(false), { once: true });
  // `onnotify` is read by the driver though its types do not show it.
  const settings = {
    max: 1,
    prepare: false,
    connect_timeout: 5,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => undefined,
    connection: { application_name: 'patchbay-worker-listen' },
    onclose: () => lost.abort(),
    onnotify: (channel: string, payload: string) => {
      if (channel !== workChannel) return;
      if (payload === echo) answer(true);
      else options.onWork(payload);
    },
  };
  const sql = postgres(options.url, settings);
  try {
    await sql.unsafe(`listen ${workChannel}`);
    while (!signal.aborted) {
      const answered = Promise.withResolvers<boolean>();
      answer = answered.resolve;
      const timer = setTimeout(() => answer(false), echoTimeoutMs);
      await sql`select pg_notify(${workChannel}, ${echo})`;
      const isAlive = await answered.promise;
      clearTimeout(timer);
      if (!isAlive) return;
      report(true);
      await pause(echoEveryMs, signal);
    }
  } finally {
    report(false);
    await sql.end({ timeout: 1 });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
