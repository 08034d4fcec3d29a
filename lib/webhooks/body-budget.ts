import { HubError } from '#lib/core/index';

/** Bytes of bodies that were begun and are not answered yet, in one process. */
const maxBytes = 67_108_864;
/** Of them those of one endpoint, and those of one address: one sender never holds the others up. */
const maxShareBytes = maxBytes / 8;

/** What a body is reckoned to: its endpoint, and the address it comes from if somebody trustworthy said. */
export interface BodyOf {
  endpointId: string;
  address: string | null;
}

/** What one body takes; its functions stand alone. */
export interface BodyCount {
  take: (bytes: number) => void;
  end: () => void;
}

/**
 * Bytes count when they are here, not when they are announced: who announces much and sends nothing
 * takes nothing from anybody.
 */
export class BodyBudget {
  #bytes = 0;
  readonly #shares = new Map<string, number>();

  /** Throws `webhooks.overloaded` where a body of this length has no room now. Reserves nothing. */
  mayRead(of: BodyOf, declared: number): void {
    const share = Math.max(0, ...sharesOf(of).map((key) => this.#shares.get(key) ?? 0));
    if (this.#bytes + declared > maxBytes || share + declared > maxShareBytes) {
      throw new HubError('webhooks.overloaded');
    }
  }

  /** Counts bytes of one body as they come, until it is let go. */
  begin(of: BodyOf): BodyCount {
    const keys = sharesOf(of);
    let taken = 0;
    return {
      take: (bytes) => {
        this.mayRead(of, bytes);
        taken += bytes;
        this.#add(keys, bytes);
      },
      end: () => {
        this.#add(keys, -taken);
        taken = 0;
      },
    };
  }

  #add(keys: readonly string[], bytes: number): void {
    this.#bytes += bytes;
    for (const key of keys) {
      const share = (this.#shares.get(key) ?? 0) + bytes;
      if (share > 0) this.#shares.set(key, share);
      else this.#shares.delete(key);
    }
  }
}

const sharesOf = ({ endpointId, address }: BodyOf): string[] =>
  address === null ? [endpointId] : [endpointId, `address ${address}`];
