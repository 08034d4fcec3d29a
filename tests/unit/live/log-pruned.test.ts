import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveConnection } from '#lib/live/index';
import type { Change } from '#lib/records/schema';
import { patience } from '../../setup/patience.ts';

const workspace = '00000000-0000-7000-8000-000000000001';
const recordId = '00000000-0000-7000-8000-000000000002';

/** Realtime as the browser's client shows it: a channel that is there, and hints we give it. */
const realtime = vi.hoisted(() => ({ hint: (_to: number): void => undefined }));
vi.mock('@supabase/supabase-js', () => ({
  createClient: () => {
    const channel = {
      on: (_type: string, { event }: { event: string }, hear: (message: object) => void) => {
        if (event === 'changes') {
          realtime.hint = (to) => hear({ payload: { from: to, to } });
        }
        return channel;
      },
      subscribe: (tell: (status: string) => void) => {
        tell('SUBSCRIBED');
        return channel;
      },
    };
    return {
      channel: () => channel,
      removeChannel: () => Promise.resolve('ok'),
      removeAllChannels: () => Promise.resolve([]),
      realtime: { setAuth: () => Promise.resolve(), disconnect: () => undefined },
    };
  },
}));

/** A hub whose log begins behind `prunedTo` and ends at `end`. */
const hub = { prunedTo: 0, end: 0, askedAfter: [] as number[] };

const change = (position: number): Change => ({
  position,
  record_id: recordId,
  kind: 'task',
  version: position,
  op: 'update',
  origin: 'connection',
  reason: null,
  actor: null,
  connection_id: null,
  run_id: null,
  inbox_event_id: null,
  mutation_id: null,
  undoes: null,
  fields: ['title'],
  diff: {},
  at: '2026-01-02T00:00:00.000Z',
});

const says = (status: number, body: object): Response =>
  Response.json(body, {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
  });

function answer(url: URL): Response {
  if (url.pathname.endsWith('/realtime-token')) {
    return says(200, {
      token: 'token',
      topic: 'topic',
      url: 'http://127.0.0.1:9',
      key: 'key',
      position: hub.end,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    });
  }
  const after = Number(url.searchParams.get('after'));
  hub.askedAfter.push(after);
  if (after < hub.prunedTo) {
    return says(410, { code: 'records.position_gone', title: 'Gone', status: 410 });
  }
  const changes = Array.from({ length: hub.end - after }, (_, index) => change(after + index + 1));
  return says(200, { changes, records: [], position: hub.end, has_more: false });
}

let live: LiveConnection;
let queries: QueryClient;
const heard: number[] = [];
beforeEach(() => {
  Object.assign(hub, { prunedTo: 0, end: 5, askedAfter: [] });
  heard.length = 0;
  vi.stubGlobal('fetch', (input: string) =>
    Promise.resolve(answer(new URL(input, 'http://hub.test'))),
  );
  queries = new QueryClient();
  live = new LiveConnection(workspace, queries);
  live.onChanges((changes) => heard.push(...changes.map(({ position }) => position)));
  live.start();
});
afterEach(() => {
  live.stop();
  queries.clear();
  vi.unstubAllGlobals();
});

describe('a tab that was asleep for longer than the log is kept', () => {
  it('fetches everything anew and goes on from the end', async () => {
    let reads = 0;
    const stop = new QueryObserver(queries, {
      // Nothing but a full refetch asks for it.
      queryKey: ['members', workspace],
      queryFn: () => {
        reads += 1;
        return Promise.resolve(reads);
      },
    }).subscribe(() => undefined);
    await expect.poll(() => live.getState(), patience).toBe('live');
    hub.end = 7;
    realtime.hint(7);
    await expect.poll(() => heard, patience).toEqual([6, 7]);
    expect(reads).toBe(1);
    Object.assign(hub, { prunedTo: 90, end: 100 });
    realtime.hint(100);
    await expect.poll(() => reads, patience).toBe(2);
    await expect.poll(() => live.getState(), patience).toBe('live');
    expect(heard).toEqual([6, 7]);
    hub.end = 102;
    realtime.hint(102);
    await expect.poll(() => heard, patience).toEqual([6, 7, 101, 102]);
    expect(hub.askedAfter).toEqual([5, 5, 7, 100]);
    stop();
  });
});
