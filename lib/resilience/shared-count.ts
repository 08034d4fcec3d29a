import { type Clock, systemClock } from '#lib/core/index';
import { type Logger, logger } from '#lib/observability/index';
import { type InboundLimit, type InboundLimitOptions, inboundLimit } from './inbound-limit.ts';
import { type WindowVerdict, windowRest } from './sliding-window.ts';
import { MemoryWindows } from './window-store.ts';

/**
 * A process tells the others of its count each time it has grown by this part of the limit. A key
 * that stays below costs no statement at all; N processes together let at most the limit and N parts
 * of it pass.
 */
export const shareParts = 20;
/** Keys whose share is remembered; beyond it the oldest is forgotten, which costs one part. */
const maxKeys = 50_000;
/** A store that failed is left alone that long. */
const faultMs = 1_000;

interface Share {
  /** Counted here and not told yet. */
  untold: number;
  /** What was left over all processes when the count was told last. */
  left: number;
  /** End of the window that `left` is about. */
  untilMs: number;
  /** Nothing was left: nobody asks again before. */
  silentUntilMs: number;
  isAsking: boolean;
}

/**
 * A limit for paths that must not wait: each process counts in memory and tells its count in the
 * background. A store that cannot be asked leaves each process its own count: open, but never
 * without bound.
 */
export class SharedCount {
  readonly #limit: number;
  readonly #name: string;
  readonly #windowMs: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #own = new MemoryWindows();
  readonly #shares = new Map<string, Share>();
  /** Null where nobody else counts. */
  readonly #all: InboundLimit | null;
  #faultUntilMs = 0;

  constructor(options: Omit<InboundLimitOptions, 'onFault'>) {
    this.#limit = options.limit;
    this.#name = options.name;
    this.#windowMs = options.windowSeconds * 1000;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? logger('inbound-limit');
    this.#all = options.backing.isShared
      ? inboundLimit({ ...options, clock: this.#clock, log: this.#log })
      : null;
  }

  /** Counts one and answers from memory; never waits, never throws. */
  take(key: string, limit = this.#limit): WindowVerdict {
    const share = this.#all ? this.#shareOf(key) : null;
    if (share && share.left <= share.untold) {
      // Now and then one request asks whether something is left again.
      if (this.#mayAsk(share)) this.#tell(key, share, limit);
      return this.#verdict(false, limit, 0);
    }
    const own = this.#own.take({ ...this.#hit(key, limit), amount: 1 });
    if (!share || !own.allowed) return this.#verdict(own.allowed, limit, own.remaining);
    share.untold += 1;
    if (share.untold >= Math.ceil(limit / shareParts) && this.#mayAsk(share)) {
      this.#tell(key, share, limit);
    }
    const left = Math.min(own.remaining, share.left - share.untold);
    return this.#verdict(true, limit, Math.max(0, left));
  }

  /** The request turned out not to count. */
  giveBack(key: string, limit = this.#limit): void {
    this.#own.take({ ...this.#hit(key, limit), amount: -1 });
    const share = this.#shares.get(key);
    if (share) share.untold -= 1;
  }

  /** What `take` would refuse without asking anybody; null while it may let one through. */
  refusal(key: string, limit = this.#limit): WindowVerdict | null {
    const share = this.#shares.get(key);
    const isSpent =
      share !== undefined &&
      share.untilMs > this.#clock.now() &&
      share.left <= share.untold &&
      !this.#mayAsk(share);
    if (!isSpent && this.#own.hasRoom(this.#hit(key, limit))) return null;
    return this.#verdict(false, limit, 0);
  }

  #shareOf(key: string): Share {
    const now = this.#clock.now();
    const known = this.#shares.get(key);
    if (known && known.untilMs > now) return known;
    const untilMs = now + windowRest(now, this.#windowMs);
    const untold = known?.untold ?? 0;
    const isAsking = known?.isAsking ?? false;
    const made: Share = known ?? { untold, left: 0, untilMs, silentUntilMs: 0, isAsking };
    // What the others took in the window before is heard with the first part of this one.
    Object.assign(made, { left: Number.POSITIVE_INFINITY, untilMs, silentUntilMs: 0 });
    this.#shares.delete(key);
    this.#shares.set(key, made);
    if (this.#shares.size > maxKeys) {
      this.#shares.delete(this.#shares.keys().next().value ?? '');
    }
    return made;
  }

  #mayAsk(share: Share): boolean {
    const now = this.#clock.now();
    return !share.isAsking && share.silentUntilMs <= now && this.#faultUntilMs <= now;
  }

  #tell(key: string, share: Share, limit: number): void {
    const amount = share.untold;
    share.isAsking = true;
    share.untold = 0;
    const done = this.#all?.take(key, amount, limit).then(
      (verdict) => {
        share.left = verdict.remaining;
        share.untilMs = this.#clock.now() + verdict.resetMs;
        if (!verdict.allowed || verdict.remaining === 0) {
          share.silentUntilMs = this.#clock.now() + this.#windowMs / shareParts;
        }
      },
      (error: unknown) => {
        share.untold += amount;
        share.left = Number.POSITIVE_INFINITY;
        this.#faultUntilMs = this.#clock.now() + faultMs;
        this.#log.warn('A count is not shared', { part: this.#name, err: error });
      },
    );
    void done?.finally(() => {
      share.isAsking = false;
    });
  }

  #hit(key: string, limit: number) {
    return { key, limit, windowMs: this.#windowMs, nowMs: this.#clock.now() };
  }

  #verdict(allowed: boolean, limit: number, remaining: number): WindowVerdict {
    return { allowed, limit, remaining, resetMs: windowRest(this.#clock.now(), this.#windowMs) };
  }
}
