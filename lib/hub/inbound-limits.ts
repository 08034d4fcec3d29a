import { type Clock, HubError, systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { LimitsEnv } from '#lib/env/index';
import type { Logger } from '#lib/observability/index';
import {
  type InboundLimit,
  inboundLimit,
  type LimitPlace,
  type NamedVerdict,
  openLimitBacking,
  rateLimitHeaders,
  SharedCount,
  type WindowVerdict,
} from '#lib/resilience/index';
import { type LimitBook, limitBook } from './limit-book.ts';
import {
  type AskedLimit,
  type LimitName,
  limitNames,
  namedLimit,
  type ToldLimit,
} from './limit-table.ts';

/** The limits of one process, all counted in one place. */
export interface InboundLimits {
  place: LimitPlace['kind'];
  book: LimitBook;
  /** Counts one request; answers whether it may proceed, and throws nothing. */
  ask(name: AskedLimit, subject: string): Promise<NamedVerdict>;
  tell(name: ToldLimit, subject: string): NamedVerdict;
  /** What was told turned out not to count. */
  giveBack(name: ToldLimit, subject: string): void;
  /** The refusal there would be, without counting; null when there is none. */
  refusal(name: ToldLimit, subject: string): NamedVerdict | null;
  /** Of one request, collected while it is answered. */
  pace(): Pace;
  close(): void;
}

interface Deps {
  db: Db;
  env: LimitsEnv;
  log: Logger;
  clock?: Clock;
}

/** Where this instance counts: as set, or at whatever it has that all its processes share. */
function placeOf(env: LimitsEnv, db: Db): LimitPlace {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, REDIS_URL: redis } = env;
  const hasUpstash = url !== undefined && token !== undefined;
  const derived = redis !== undefined ? 'redis' : hasUpstash ? 'upstash' : 'postgres';
  const kind = env.RATE_LIMITS ?? derived;
  if (kind === 'redis' && redis !== undefined) return { kind, url: redis };
  if (kind === 'upstash' && hasUpstash) return { kind, url, token };
  return kind === 'memory' ? { kind } : { kind: 'postgres', db };
}

export function inboundLimits({ db, env, log, clock = systemClock }: Deps): InboundLimits {
  const backing = openLimitBacking(placeOf(env, db), log);
  const asked = new Map<LimitName, InboundLimit>();
  const told = new Map<LimitName, SharedCount>();
  for (const name of limitNames) {
    const { limit, windowSeconds, counting, onFault } = namedLimit(name);
    const options = { name, limit, windowSeconds, backing, onFault, clock, log };
    if (counting === 'asked') asked.set(name, inboundLimit(options));
    else told.set(name, new SharedCount(options));
  }
  const book = limitBook({ db, clock, log });
  const chosen = (name: LimitName, subject: string): number | undefined =>
    namedLimit(name).chosen === null ? undefined : book.chosen(name, subject);
  const countOf = (name: ToldLimit): SharedCount => present(told.get(name));
  const ask: InboundLimits['ask'] = async (name, subject) =>
    named(name, await present(asked.get(name)).check(subject, chosen(name, subject)));
  const tell: InboundLimits['tell'] = (name, subject) =>
    named(name, countOf(name).take(subject, chosen(name, subject)));
  return {
    place: backing.kind,
    book,
    ask,
    tell,
    giveBack: (name, subject) => countOf(name).giveBack(subject, chosen(name, subject)),
    refusal: (name, subject) => {
      const verdict = countOf(name).refusal(subject, chosen(name, subject));
      return verdict && named(name, verdict);
    },
    pace: () => new Pace({ ask, tell }),
    close: () => backing.close(),
  };
}

const named = (name: LimitName, verdict: WindowVerdict): NamedVerdict => ({
  ...verdict,
  name,
  windowSeconds: namedLimit(name).windowSeconds,
});

/** What was said of one request: thrown when it is too much, told in the headers of any answer. */
export class Pace {
  readonly #limits: Pick<InboundLimits, 'ask' | 'tell'>;
  readonly #verdicts: NamedVerdict[] = [];

  constructor(limits: Pick<InboundLimits, 'ask' | 'tell'>) {
    this.#limits = limits;
  }

  /** Whether anybody has counted the request yet. */
  get hasCounted(): boolean {
    return this.#verdicts.length > 0;
  }

  /** Counts the request; throws `request.rate_limited`. */
  async ask(name: AskedLimit, subject: string): Promise<void> {
    this.#judge(await this.#limits.ask(name, subject));
  }

  tell(name: ToldLimit, subject: string): void {
    this.#judge(this.#limits.tell(name, subject));
  }

  /** RateLimit and RateLimit-Policy of everything that counted this request. */
  mark(response: Response): Response {
    for (const [name, value] of Object.entries(rateLimitHeaders(this.#verdicts))) {
      response.headers.set(name, value);
    }
    return response;
  }

  #judge(verdict: NamedVerdict): void {
    this.#verdicts.push(verdict);
    if (!verdict.allowed) throw rateLimited(verdict);
  }
}

/** The member of a problem that names which policy it was is the draft's own. */
export const rateLimited = ({ name, resetMs }: NamedVerdict): HubError =>
  new HubError('request.rate_limited', undefined, {
    retry: 'after',
    afterMs: resetMs,
    details: { 'violated-policies': [name] },
  });

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new HubError('internal.unexpected');
  return value;
}
