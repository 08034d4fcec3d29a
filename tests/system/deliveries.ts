import type { ControlClient } from '#lib/sandbox/index';

type Delivery = Awaited<ReturnType<ControlClient['deliveries']>>[number];

/** The sandbox keeps its last 200 deliveries; at 100 a second this misses none. */
const lookEveryMs = 400;

/** Keeps every delivery the sandbox made while it watched. Stop it, or it keeps the process alive. */
export class DeliveryWatch {
  readonly #sandbox: ControlClient;
  readonly #seen = new Map<number, Delivery>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #fault: unknown = null;

  constructor(sandbox: ControlClient) {
    this.#sandbox = sandbox;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#looking
        .then(() => this.#look())
        .catch((error: unknown) => {
          this.#fault = error;
        });
    }, lookEveryMs);
  }

  /** The deliveries in order; throws when some went by unseen. */
  async stop(): Promise<Delivery[]> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    if (this.#fault) throw new Error('The deliveries could not be read', { cause: this.#fault });
    await this.#look();
    const all = [...this.#seen.values()].sort((a, b) => a.id - b.id);
    const gap = all.find((row, index) => index > 0 && row.id !== (all[index - 1]?.id ?? 0) + 1);
    if (gap) throw new Error(`Deliveries before ${gap.id} went by unseen`);
    return all;
  }

  async #look(): Promise<void> {
    for (const row of await this.#sandbox.deliveries()) this.#seen.set(row.id, row);
  }
}

const isAcknowledged = ({ status_code }: Delivery): boolean =>
  status_code >= 200 && status_code < 300;

/** Delivery ids the hub has said yes to. */
export const acknowledged = (deliveries: Delivery[]): Set<string> =>
  new Set(deliveries.filter(isAcknowledged).map(({ guid }) => guid));
