export interface Subscriber {
  deliver(bytes: Buffer): void;
}

/** Who listens to which topic, at this moment. */
export class Subscriptions {
  readonly #byTopic = new Map<string, Set<Subscriber>>();

  add(topic: string, subscriber: Subscriber): void {
    const present = this.#byTopic.get(topic);
    if (present) present.add(subscriber);
    else this.#byTopic.set(topic, new Set([subscriber]));
  }

  remove(topic: string, subscriber: Subscriber): void {
    const present = this.#byTopic.get(topic);
    present?.delete(subscriber);
    if (present?.size === 0) this.#byTopic.delete(topic);
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  topics(): string[] {
    return [...this.#byTopic.keys()];
  }

  deliver(topic: string, bytes: Buffer): void {
    for (const subscriber of this.#byTopic.get(topic) ?? []) subscriber.deliver(bytes);
  }
}
