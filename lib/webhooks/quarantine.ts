import { setImmediate } from 'node:timers/promises';
import { type Clock, newId } from '#lib/core/index';
import type { Logger } from '#lib/observability/index';
import { isPublicAddress } from '#lib/security/index';
import { withoutTexts } from './mask-texts.ts';
import type { RefusedRow } from './quarantine-store.ts';
import type { RefusedRequest } from './schema.ts';

/** Kept at once of one endpoint, and then one each `refillMs`: a flood is as good as its beginning. */
const burst = 5;
const refillMs = 10_000;
/** Between two writes, and requests of one write: what a flood of many endpoints costs at most. */
const flushMs = 1_000;
const maxWaiting = 20;
/** Endpoints remembered; beyond it the one refused longest ago is forgotten. */
const maxEndpoints = 10_000;
/** Of a body. */
const excerptBytes = 16_384;

/** What is probably the matter with a refused request. */
export interface Diagnosis {
  code: string;
  sentence: string;
}

export interface Refused {
  endpointId: string;
  method: string;
  reason: string;
  /** Those that matter, without cookies and credentials. */
  headers: Record<string, string>;
  /** Null: refused before it was read. */
  body: Buffer | null;
  address: string | null;
  /** Viewers read what is kept, so it may hold none of them. */
  secrets: readonly string[];
  diagnose(): Promise<Diagnosis | null>;
}

interface Allowance {
  left: number;
  at: number;
}

/**
 * Some of what was refused, written beside the stream of requests. A request that finds no room costs
 * one look into a map: what is kept is a sample, the counts are complete.
 */
export class Quarantine {
  readonly #write: (rows: RefusedRow[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #allowances = new Map<string, Allowance>();
  #waiting: { id: string; at: number; refused: Refused }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(write: (rows: RefusedRow[]) => Promise<void>, clock: Clock, log: Logger) {
    this.#write = write;
    this.#clock = clock;
    this.#log = log;
  }

  /** `make` is called only where there is room. */
  offer(endpointId: string, make: () => Refused): void {
    const now = this.#clock.now();
    if (this.#waiting.length >= maxWaiting || !this.#takes(endpointId, now)) return;
    this.#waiting.push({ id: newId(now), at: now, refused: make() });
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  #takes(endpointId: string, now: number): boolean {
    const known = this.#allowances.get(endpointId) ?? { left: burst, at: now };
    const refilled = Math.floor((now - known.at) / refillMs);
    const left = Math.min(burst, known.left + refilled);
    if (left === 0) return false;
    this.#allowances.delete(endpointId);
    this.#allowances.set(endpointId, { left: left - 1, at: known.at + refilled * refillMs });
    const [oldest] = this.#allowances.size > maxEndpoints ? this.#allowances.keys() : [];
    if (oldest !== undefined) this.#allowances.delete(oldest);
    return true;
  }

  async #explain(refused: Refused): Promise<Diagnosis | null> {
    try {
      return await refused.diagnose();
    } catch (error) {
      this.#log.warn('a refused request could not be diagnosed', { err: error });
      return null;
    }
  }

  /** What cannot be written is let go: the counts tell of it. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) {
      this.#writing = this.#writing.then(async () => {
        try {
          const rows: RefusedRow[] = [];
          for (const one of waiting) {
            rows.push(rowOf(one, await this.#explain(one.refused)));
            await setImmediate();
          }
          await this.#write(rows);
        } catch (error) {
          this.#log.warn('refused requests could not be kept', { err: error });
        }
      });
    }
    return this.#writing;
  }
}

function rowOf(
  { id, at, refused }: { id: string; at: number; refused: Refused },
  diagnosis: Diagnosis | null,
): RefusedRow {
  const { body } = refused;
  return {
    id,
    endpoint_id: refused.endpointId,
    received_at: new Date(at).toISOString(),
    method: refused.method.slice(0, 16),
    reason: refused.reason,
    diagnosis_code: diagnosis?.code.slice(0, 80) ?? null,
    diagnosis: diagnosis?.sentence.slice(0, 400) ?? null,
    headers: Object.fromEntries(
      Object.entries(refused.headers).map(([name, value]) => [
        name,
        // jsonb holds no U+0000.
        withoutTexts(Buffer.from(value.replaceAll('\u0000', ' ')), refused.secrets).toString(),
      ]),
    ),
    body: body
      ? withoutTexts(body, refused.secrets).subarray(0, excerptBytes).toString('base64')
      : null,
    body_bytes: body?.byteLength ?? null,
    address_class: classOf(refused.address),
  };
}

function classOf(address: string | null): RefusedRequest['address_class'] {
  if (address === null || address === '') return 'unknown';
  const plain = address.replace(/^::ffff:/, '');
  if (plain === '::1' || plain.startsWith('127.')) return 'loopback';
  return isPublicAddress(plain) ? 'public' : 'private';
}
