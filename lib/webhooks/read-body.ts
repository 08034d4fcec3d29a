import { HubError, limits } from '#lib/core/index';

/** What a piece takes besides its bytes: a body may come as a million of them. */
const pieceBytes = 128;

/** How long a sender may take; services send a body in one go. */
export interface BodyPatience {
  /** Between two pieces. */
  idleMs: number;
  /** For all of it. */
  totalMs: number;
}

export const usualPatience: BodyPatience = { idleMs: 5_000, totalMs: 30_000 };

/**
 * Collects a body of at most `limits.webhookBodyBytes`, whatever its sender announced; `take` hears of
 * each piece before it is kept. Throws `request.too_large` and `request.timeout`; the rest of the
 * stream is then its owner's to discard.
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  take: (bytes: number) => void = () => undefined,
  patience: BodyPatience = usualPatience,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const pieces = body[Symbol.asyncIterator]();
  const watch = new Watch(patience);
  try {
    for (;;) {
      const piece = await watch.within(pieces.next());
      if (piece.done === true) break;
      bytes += piece.value.byteLength;
      if (bytes > limits.webhookBodyBytes) {
        throw new HubError(
          'request.too_large',
          `The body is larger than ${limits.webhookBodyBytes} bytes.`,
        );
      }
      take(piece.value.byteLength + pieceBytes);
      chunks.push(piece.value);
    }
  } catch (error) {
    // Not waited for: with a piece still to come it would wait for that. The rest can then be discarded.
    pieces.return?.()?.catch(() => undefined);
    throw error;
  } finally {
    watch.end();
  }
  return Buffer.concat(chunks, bytes);
}

/** One timer for the whole body: a piece puts it off, up to the end of all patience. */
class Watch {
  readonly #timer: NodeJS.Timeout;
  readonly #idleMs: number;
  readonly #until: number;
  #fail: (error: HubError) => void = () => undefined;

  constructor({ idleMs, totalMs }: BodyPatience) {
    this.#idleMs = idleMs;
    this.#until = performance.now() + totalMs;
    this.#timer = setTimeout(
      () => {
        this.#fail(new HubError('request.timeout'));
      },
      Math.min(idleMs, totalMs),
    );
  }

  /** Not a race with one promise of the timer's: that would hold something of every piece. */
  async within<T>(next: Promise<T>): Promise<T> {
    const value = await new Promise<T>((resolve, reject) => {
      this.#fail = reject;
      next.then(resolve, reject);
    });
    if (performance.now() + this.#idleMs < this.#until) this.#timer.refresh();
    return value;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
