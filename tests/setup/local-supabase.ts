import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import type postgres from 'postgres';
import { vi } from 'vitest';
import { logger } from '#lib/observability/index';
import { newSecrets } from '../../supabase/local/bootstrap.ts';
import { quietConsole } from '../../supabase/local/quiet-console.ts';
import { type LocalSupabase, startLocalSupabase } from '../../supabase/local/server.ts';

export interface TestSupabase extends LocalSupabase {
  publishableKey: string;
  secretKey: string;
  /** A signed token of that user; `expiresIn` in seconds. */
  token(claims?: Record<string, unknown>, expiresIn?: number): Promise<string>;
}

/** The local Supabase on a database, in this process, with keys of its own. */
export async function startTestSupabase(
  database: { restUrl: string; realtimeUrl: string },
  options: { idleMs?: number } = {},
): Promise<TestSupabase> {
  const { jwtSecret, publishableKey, secretKey } = newSecrets();
  const log = logger('test-supabase', 'silent');
  quietConsole(log);
  const supabase = await startLocalSupabase({
    port: 0,
    restUrl: database.restUrl,
    realtimeUrl: database.realtimeUrl,
    jwtSecret,
    publishableKey,
    secretKey,
    log,
    ...options,
  });
  await vi.waitUntil(() => supabase.isListening(), { timeout: 10_000, interval: 20 });
  return {
    ...supabase,
    publishableKey,
    secretKey,
    token: (claims = {}, expiresIn = 300) =>
      new SignJWT({ sub: randomUUID(), role: 'authenticated', ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn)
        .sign(new TextEncoder().encode(jwtSecret)),
  };
}

/** Frames as they went over the wire, oldest first; binary ones as bytes. */
export interface Wire {
  sent: (string | Uint8Array)[];
  received: (string | Uint8Array)[];
}

export interface RecordedClient {
  client: SupabaseClient;
  wire: Wire;
  heartbeats: () => number;
}

const frameOf = (data: unknown): string | Uint8Array =>
  typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer);

/** The real supabase-js on Node's own WebSocket, listened in on. It beats five times a second. */
export function recordedClient(
  supabase: Pick<TestSupabase, 'publishableKey'>,
  url: string,
  accessToken?: () => Promise<string>,
): RecordedClient {
  const wire: Wire = { sent: [], received: [] };
  let beats = 0;
  class RecordingWebSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      this.addEventListener('message', (event) => wire.received.push(frameOf(event.data)));
    }

    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBufferLike>): void {
      wire.sent.push(frameOf(data));
      super.send(data as string);
    }
  }
  const client = createClient(url, supabase.publishableKey, {
    ...(accessToken ? { accessToken } : {}),
    realtime: {
      transport: RecordingWebSocket,
      heartbeatIntervalMs: 200,
      heartbeatCallback: (status) => {
        if (status === 'ok') beats += 1;
      },
    },
  });
  return { client, wire, heartbeats: () => beats };
}

export type TextFrame = [string | null, string | null, string, string, Record<string, unknown>];

export function textFrames(frames: Wire['sent'], event?: string): TextFrame[] {
  return frames
    .filter((frame) => typeof frame === 'string')
    .map((frame) => JSON.parse(frame) as TextFrame)
    .filter((frame) => event === undefined || frame[3] === event);
}

/** A table of who may listen where, and the policy that asks it. */
export async function allowTopics(admin: postgres.Sql): Promise<void> {
  await admin
    .unsafe(
      `create table public.listeners (user_id uuid not null, topic text not null);
       create policy test_listen on realtime.messages for select to authenticated using (
         exists (select 1 from public.listeners l
           where l.user_id = (select auth.uid()) and l.topic = (select realtime.topic())));
       grant select on public.listeners to authenticated`,
    )
    .simple();
}
