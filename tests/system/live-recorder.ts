import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { RealtimeToken } from '#lib/identity/schema';
import type { Person } from './person.ts';

/** All a browser hears without asking for it: frames of Realtime, and lines of the event stream. */
export class LiveRecorder {
  readonly frames: string[] = [];
  readonly events: string[] = [];
  readonly #stop = new AbortController();
  #client: SupabaseClient | null = null;
  #stream: Promise<void> = Promise.resolve();

  /** Resolves once the workspace's topic is joined and the event stream is open. */
  async start(person: Person, workspaceId: string): Promise<void> {
    const path = `/realtime-token?workspace_id=${workspaceId}`;
    const { url, key, token, topic } = await person.ask<RealtimeToken>('POST', path);
    const { frames } = this;
    class RecordedSocket extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols);
        this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          const isText = typeof data === 'string';
          frames.push(isText ? data : Buffer.from(data as ArrayBuffer).toString('latin1'));
        });
        this.binaryType = 'arraybuffer';
      }
    }
    const client = createClient(url, key, {
      accessToken: () => Promise.resolve(token),
      realtime: { transport: RecordedSocket },
    });
    this.#client = client;
    await client.realtime.setAuth();
    await new Promise<void>((resolve, reject) => {
      client.channel(topic, { config: { private: true } }).subscribe((status) => {
        if (status === 'SUBSCRIBED') resolve();
        else reject(new Error(`The topic was not joined: ${status}`));
      });
    });
    const stream = new URL(`/api/v1/changes/stream?workspace_id=${workspaceId}`, person.origin);
    const answer = await person.browser.send(stream, {}, this.#stop.signal);
    this.#stream = this.#read(answer);
  }

  async stop(): Promise<void> {
    await this.#client?.removeAllChannels();
    await this.#client?.realtime.disconnect();
    this.#stop.abort();
    await this.#stream;
  }

  async #read(answer: Response): Promise<void> {
    if (!answer.body) throw new Error(`The event stream answered ${answer.status} and no more`);
    try {
      for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
        this.events.push(text);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }
}
