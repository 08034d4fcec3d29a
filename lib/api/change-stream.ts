import { HubError, isHubError } from '#lib/core/index';
import type { Call } from './contract.ts';

const bounds = {
  /** How often the log's end is looked at. */
  everyMs: 1_000,
  /** A comment line, so that proxies keep the connection. */
  pingMs: 15_000,
  /** Then the browser reconnects by itself, which checks the session anew. */
  lastsMs: 300_000,
  reconnectMs: 1_000,
  /** Open in this process; each costs a look at the database every second. */
  openStreams: 300,
} as const;

let openStreams = 0;

/**
 * Server-sent events for a browser that cannot have Realtime: `changes` with the log's end whenever
 * it has grown. A hint as well; the reader fetches from its own cursor. The session is read again
 * before each look, so a revoked one or a removed member hears nothing more after a second.
 */
export function changeStream(call: Call<unknown, { after: number }>): Response {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  };
  if (call.method === 'HEAD') return new Response(null, { headers });
  if (openStreams >= bounds.openStreams) {
    throw new HubError('internal.unavailable', 'Too many event streams are open. Try again.');
  }
  return new Response(eventsOf(call, startOf(call)), { headers });
}

/** A browser that reconnects says how far it heard. */
function startOf(call: Call<unknown, { after: number }>): number {
  const last = Number(call.headers.get('last-event-id') ?? 0);
  return Number.isSafeInteger(last) ? Math.max(last, call.query.after) : call.query.after;
}

function eventsOf(call: Call, after: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  const isOver = () => stop.signal.aborted || call.signal.aborted;
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      openStreams += 1;
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const endsAt = performance.now() + bounds.lastsMs;
      let seen = after;
      let spokeAt = performance.now();
      send(`retry: ${bounds.reconnectMs}\n\n`);
      try {
        while (!isOver() && performance.now() < endsAt) {
          const position = await readEnd(call);
          if (position === null || isOver()) break;
          if (position > seen) {
            send(`event: changes\nid: ${position}\ndata: ${JSON.stringify({ to: position })}\n\n`);
            seen = position;
            spokeAt = performance.now();
          } else if (performance.now() - spokeAt > bounds.pingMs) {
            send(': still here\n\n');
            spokeAt = performance.now();
          }
          await pause(bounds.everyMs, [stop.signal, call.signal]);
        }
      } finally {
        openStreams -= 1;
      }
      if (!stop.signal.aborted) controller.close();
    },
    cancel: () => stop.abort(),
  });
}

/** Null when the bearer has lost the session or the workspace, or the database is away. */
async function readEnd(call: Call): Promise<number | null> {
  try {
    const session = await call.hub.readSession(call.headers);
    const isMember = session?.workspaces.some((one) => one.id === call.workspaceId);
    if (!session || !isMember) return null;
    return await call.hub.records.position(session, { workspaceId: call.workspaceId });
  } catch (error) {
    if (!isHubError(error)) call.hub.describeFailure(error, call.requestId, 'streamChanges');
    return null;
  }
}

function pause(ms: number, signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) signal.addEventListener('abort', done, { once: true });
  });
}
