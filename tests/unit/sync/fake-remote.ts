import { type Json, type JsonObject, jsonEqual } from '#lib/core/index';

export interface RemoteState {
  version: number;
  /** What an observer may order states by; coarser than `version` where the clock ticks slowly. */
  rank: number;
  fields: JsonObject;
}

/** before: never arrived. ack_lost: took effect, no answer. crash: the same, and the caller forgets. */
export type WriteFault = 'none' | 'before' | 'ack_lost' | 'crash';

export interface RemoteWrite {
  by: 'hub' | 'somebody';
  before: JsonObject;
  patch: JsonObject;
}

/**
 * A service with one object, in process and deterministic: versions, a canonical form per field, and
 * a queue of webhooks that the test drains in any order, with duplicates and losses.
 */
export class FakeRemote {
  readonly queue: RemoteState[] = [];
  /** Every webhook that was ever sent, for deliveries long after the fact. */
  readonly sent: RemoteState[] = [];
  readonly writes: RemoteWrite[] = [];
  private current: RemoteState;
  private readonly canonical: Record<string, (value: Json) => Json>;
  private readonly ticksPerRank: number;

  constructor(options: {
    fields: JsonObject;
    canonical: Record<string, (value: Json) => Json>;
    /** Versions that share one rank: 1 orders every state, 2 makes pairs that cannot be told apart. */
    ticksPerRank: number;
  }) {
    this.canonical = options.canonical;
    this.ticksPerRank = options.ticksPerRank;
    this.current = { version: 0, rank: 0, fields: this.toCanonical(options.fields) };
  }

  get isExact(): boolean {
    return this.ticksPerRank === 1;
  }

  read(): RemoteState {
    return structuredClone(this.current);
  }

  /** PATCH: the given fields only. */
  patch(by: RemoteWrite['by'], patch: JsonObject): RemoteState {
    return this.write(by, patch, { ...this.current.fields, ...this.toCanonical(patch) });
  }

  /** PUT: the object becomes what is given; a field that is left out is gone. */
  put(by: RemoteWrite['by'], fields: JsonObject): RemoteState {
    return this.write(by, fields, this.toCanonical(fields));
  }

  /** Takes a waiting webhook by any number; a duplicate stays in the queue. */
  takeWebhook(pick: number, isDuplicate: boolean): RemoteState | null {
    if (this.queue.length === 0) return null;
    const index = pick % this.queue.length;
    const hook = isDuplicate ? this.queue[index] : this.queue.splice(index, 1)[0];
    return hook ? structuredClone(hook) : null;
  }

  private write(by: RemoteWrite['by'], patch: JsonObject, after: JsonObject): RemoteState {
    const before = this.current.fields;
    this.writes.push({ by, before, patch });
    if (!jsonEqual(before, after)) {
      const version = this.current.version + 1;
      this.current = { version, rank: Math.floor(version / this.ticksPerRank), fields: after };
      this.queue.push(this.current);
      this.sent.push(this.current);
    }
    return this.read();
  }

  private toCanonical(fields: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [
        field,
        this.canonical[field]?.(value) ?? value,
      ]),
    );
  }
}
