import type { ControlClient, FaultSettings } from '#lib/sandbox/index';
import { isLong } from '../setup/is-long.ts';
import type { FlowCase } from './flow-case.ts';
import { eventually } from './waiting.ts';

/** One call in so many edits is answered "later", and the answer of another is lost, at each service. */
export const faultEvery = isLong ? 100 : 20;
/** Of all events; dropped ones are found by nobody but a sweep. */
const deliveries = { duplicate: 0.2, reorder: 0.2, drop: 0.05, delay: 0.2, delayMs: 400 };
const metDeadlineMs = 120_000;

type Rule = NonNullable<FaultSettings['requests']>[number];
type Effect = 'limited' | 'lost';

/** How each service says that it is too much: Linear's answer is a 400 of the code RATELIMITED. */
const rules: Record<'github' | 'linear', Record<Effect, Rule>> = {
  github: {
    limited: { method: 'PATCH', effect: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
    lost: { method: 'PATCH', effect: { kind: 'lost-response' } },
  },
  linear: {
    limited: { method: 'POST', effect: { kind: 'status', status: 400, retryAfterSeconds: 1 } },
    lost: { method: 'POST', effect: { kind: 'lost-response' } },
  },
};

/** What goes wrong while people edit, counted: so much for so many edits, spread over them. */
export class BadDay {
  /** Calls that met each fault, at each of the services. */
  readonly met = { limited: 0, lost: 0 };
  readonly #services: [keyof typeof rules, ControlClient][];

  constructor({ sandbox, linear }: Pick<FlowCase, 'sandbox' | 'linear'>) {
    this.#services = [
      ['github', sandbox],
      ['linear', linear],
    ];
  }

  async begin(): Promise<void> {
    for (const [nth, [, control]] of this.#services.entries()) {
      await control.setFaults({ deliveries: { ...deliveries, seed: 7 + nth } });
    }
  }

  /** After the edit of that number, counted from 0. */
  async after(edit: number): Promise<void> {
    const place = edit % faultEvery;
    if (place === Math.floor(faultEvery / 4)) await this.#arm('limited');
    if (place === Math.floor(faultEvery / 2)) await this.#arm('lost');
  }

  /** Everything that was to go wrong has. */
  async end(): Promise<void> {
    await this.#untilMet();
    for (const [, control] of this.#services) await control.clearFaults();
  }

  async #arm(effect: Effect): Promise<void> {
    await this.#untilMet();
    for (const [name, control] of this.#services) {
      await control.setFaults({ requests: [rules[name][effect]] });
    }
    this.met[effect] += 1;
  }

  async #untilMet(): Promise<void> {
    for (const [name, control] of this.#services) {
      await eventually(
        `${name} was called while something was to go wrong`,
        async () => {
          const { requests } = await control.call<{ requests: Rule[] }>('GET', '/faults');
          return requests.length === 0 ? true : null;
        },
        metDeadlineMs,
      );
    }
  }
}
