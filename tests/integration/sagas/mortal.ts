import type { Db, Queryable, Tx } from '#lib/db/index';

export class Killed extends Error {}

/**
 * A process that dies at its n-th breath. A breath is drawn before and after every statement,
 * transaction and call; a dead process has no further effect, whatever its code still tries.
 */
export class Mortal {
  breaths = 0;
  isDead = false;
  readonly #diesAt: number;

  constructor(diesAt = Number.POSITIVE_INFINITY) {
    this.#diesAt = diesAt;
  }

  breathe(): void {
    if (!this.isDead) this.breaths += 1;
    if (this.breaths >= this.#diesAt) this.isDead = true;
    if (this.isDead) throw new Killed(`killed at breath ${this.#diesAt}`);
  }

  /** A call to somebody else, who may have heard it when we do not live to hear the answer. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    this.breathe();
    const answer = await work();
    this.breathe();
    return answer;
  }

  db(db: Db): Db {
    return this.#guard(db);
  }

  #guard<T extends Queryable>(sql: T): T {
    return new Proxy(sql, {
      apply: (target, self, args) =>
        this.#watch(Reflect.apply(target as unknown as (...a: unknown[]) => object, self, args)),
      get: (target, name) => {
        if (name === 'begin')
          return (work: (tx: Tx) => Promise<unknown>) => this.#begin(target, work);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  /** Dying before the commit is a rollback; dying behind it is an answer nobody hears. */
  #begin(target: Queryable, work: (tx: Tx) => Promise<unknown>): Promise<unknown> {
    return this.call(() =>
      (target as Db).begin(async (tx) => {
        const done = await work(this.#guard(tx));
        this.breathe();
        return done;
      }),
    );
  }

  /** A statement runs when it is awaited; a fragment of one never is. */
  #watch<Q extends object>(query: Q): Q {
    if (!('then' in query) || typeof query.then !== 'function') return query;
    const then = query.then.bind(query) as Promise<unknown>['then'];
    const gated: Promise<unknown>['then'] = (ok, bad) =>
      this.call(() => new Promise((resolve, reject) => void then(resolve, reject))).then(ok, bad);
    // The driver's query runs by its own `then`; there is no other place to stand in its way.
    Reflect.set(query, 'then', gated);
    return query;
  }
}
