import { type Chance, seededChance } from './chance.ts';

/** How fast, and for how long. */
export interface Pace {
  /** Actions a second. */
  rate: number;
  seed: number;
  /** Stop after so many actions or seconds; null goes on until stopped. */
  count: number | null;
  seconds: number | null;
}

export interface WorkState<P extends Pace> {
  running: boolean;
  plan: P | null;
  done: number;
  refused: number;
  last: string | null;
}

/** What one action came to, in a line; null when there is nothing to act on any more. */
export type Deed = { said: string; isRefused: boolean } | null;

/** Above this the rate is kept by doing several actions in one tick. */
const ticksPerSecond = 50;

/** People at work at any provider, one action after another; what they do is handed in. */
export class PeopleAtWork<P extends Pace> {
  readonly #act: (plan: P, chance: Chance) => Promise<Deed>;
  #state: WorkState<P> = { running: false, plan: null, done: 0, refused: 0, last: null };
  #chance: Chance = seededChance(1);
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(act: (plan: P, chance: Chance) => Promise<Deed>) {
    this.#act = act;
  }

  get state(): WorkState<P> {
    return { ...this.#state };
  }

  start(plan: P): void {
    this.stop();
    this.#chance = seededChance(plan.seed);
    this.#state = { running: true, plan, done: 0, refused: 0, last: null };
    const started = performance.now();
    const tick = (): void => {
      const seconds = (performance.now() - started) / 1000;
      const due = Math.floor(Math.min(seconds, plan.seconds ?? seconds) * plan.rate);
      const over = plan.seconds !== null && seconds >= plan.seconds;
      this.#work = this.#work.then(async () => {
        await this.#catchUp(plan, due);
        if (over) this.#finish(plan);
      });
    };
    this.#timer = setInterval(tick, Math.max(1000 / ticksPerSecond, 500 / plan.rate));
  }

  /** A number of actions at once; resolves when the last one is done. */
  async burst(plan: P, count: number): Promise<WorkState<P>> {
    this.stop();
    this.#chance = seededChance(plan.seed);
    this.#state = { running: true, plan, done: 0, refused: 0, last: null };
    this.#work = this.#work.then(() => this.#catchUp(plan, count)).then(() => this.#finish(plan));
    await this.#work;
    return this.state;
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#state = { ...this.#state, running: false };
  }

  async close(): Promise<void> {
    this.stop();
    await this.#work;
  }

  #finish(plan: P): void {
    if (this.#state.plan === plan) this.stop();
  }

  async #catchUp(plan: P, due: number): Promise<void> {
    const goal = Math.min(due, plan.count ?? due);
    while (this.#state.running && this.#state.plan === plan && this.#state.done < goal) {
      await this.#actOnce(plan);
    }
    if (plan.count !== null && this.#state.done >= plan.count) this.#finish(plan);
  }

  async #actOnce(plan: P): Promise<void> {
    const deed = await this.#act(plan, this.#chance);
    if (!deed) return this.stop();
    this.#state.done += 1;
    this.#state.refused += deed.isRefused ? 1 : 0;
    this.#state.last = deed.said;
  }
}
