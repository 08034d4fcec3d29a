import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import { type Clock, isUuid } from '#lib/core/index';
import type { SealedEndpoint } from './store.ts';
import type { Secrets } from './verify-signature.ts';

export type Endpoint = Omit<SealedEndpoint, 'envelope' | 'previousEnvelope' | 'scheme'> & {
  /** Its own; null: what the manifest of its connector says. */
  descriptor: WebhookDescriptor | null;
  /** The present one, and the one before as long as it is kept; `secretsAt` says which of them hold. */
  secrets: Secrets;
};

/** Those that verify at a moment. A replaced one is kept longer, to say why something is refused. */
export function secretsAt({ secrets, previousUntil }: Endpoint, nowMs: number): Secrets {
  const [present, previous] = secrets;
  const isOver = previousUntil !== null && Date.parse(previousUntil) <= nowMs;
  return previous === undefined || isOver ? [present] : secrets;
}

/** How long a removed endpoint or a rotated-out secret may still be taken for valid. */
const ttlMs = 5_000;
/** Entries of each half; beyond it the oldest goes. Whoever guesses ids fills only the unknown half. */
const maxEntries = 10_000;

/** Wrong signatures make an endpoint be read again at most this often. */
const renewMs = 1_000;

interface Entry {
  endpoint: Promise<Endpoint | null>;
  readAt: number;
  /** When a wrong signature last caused a reading; the first one may at once. */
  renewedAt: number;
}

/**
 * Endpoints with their opened secrets. Unknown ids are remembered too, so that guessing costs a map
 * lookup instead of a query; concurrent requests for one id share one query.
 */
export class EndpointCache {
  readonly #load: (id: string) => Promise<Endpoint | null>;
  readonly #clock: Clock;
  readonly #known = new Map<string, Entry>();
  readonly #unknown = new Map<string, Entry>();

  constructor(load: (id: string) => Promise<Endpoint | null>, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
  }

  /** Rejects when the database cannot be asked; that is not remembered. */
  async find(id: string): Promise<Endpoint | null> {
    if (!isUuid(id)) return null;
    const key = id.toLowerCase();
    const entry = this.#entry(key);
    if (entry && entry.readAt + ttlMs > this.#clock.now()) return entry.endpoint;
    return this.#fetch(key);
  }

  /**
   * Another state of the endpoint than the one that did not fit: the one somebody else has read
   * meanwhile, or one read anew. Null when there is none, or when it was read anew a moment ago.
   */
  async renewed(used: Endpoint): Promise<Endpoint | null> {
    const key = used.id.toLowerCase();
    for (;;) {
      const entry = this.#entry(key);
      const present = await entry?.endpoint;
      if (present && present !== used) return present;
      // Many may have waited for one answer: only the first of them asks again.
      if (this.#entry(key) !== entry) continue;
      const renewedAt = entry?.renewedAt ?? Number.NEGATIVE_INFINITY;
      const now = this.#clock.now();
      return renewedAt + renewMs > now ? null : this.#fetch(key, now);
    }
  }

  #entry(key: string): Entry | undefined {
    return this.#known.get(key) ?? this.#unknown.get(key);
  }

  async #fetch(key: string, renewedAt = Number.NEGATIVE_INFINITY): Promise<Endpoint | null> {
    const endpoint = this.#load(key);
    const entry = { endpoint, readAt: this.#clock.now(), renewedAt };
    // Until the answer is there the id counts as unknown: a flood of guesses pushes out guesses.
    this.#known.delete(key);
    put(this.#unknown, key, entry);
    try {
      const found = await endpoint;
      if (found && this.#unknown.get(key) === entry) this.#unknown.delete(key);
      if (found) put(this.#known, key, entry);
      return found;
    } catch (error) {
      if (this.#unknown.get(key) === entry) this.#unknown.delete(key);
      throw error;
    }
  }
}

function put(map: Map<string, Entry>, key: string, entry: Entry): void {
  map.delete(key);
  map.set(key, entry);
  const [oldest] = map.size > maxEntries ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
}
