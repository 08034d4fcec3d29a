import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Address } from 'postal-mime';
import type { Clock } from '#lib/core/index';

/** Mails kept; the oldest go. */
const keptMails = 200;
const fileMode = 0o600;

/** A mail as it arrived, and what a reader sees of it. */
export interface KeptMail {
  /** Counts up and is never given twice. */
  id: number;
  receivedAt: string;
  /** Of the envelope, not of the headers. */
  from: string;
  to: string[];
  messageId: string | null;
  /** Names and addresses of the headers. */
  fromLine: string;
  toLine: string;
  subject: string;
  text: string;
  html: string | null;
  /** As it came, headers and all. */
  raw: string;
}

interface StoredMail {
  receivedAt: string;
  from: string;
  to: string[];
  raw: string;
}

/** The mails of a sandbox, one file each, so that a kill costs at most the one being written. */
export class Mailbox {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #mails = new Map<number, KeptMail>();
  #lastId = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.#directory)).filter((name) => /^\d{8}\.json$/.test(name));
    for (const name of names.sort()) {
      const stored = JSON.parse(await readFile(join(this.#directory, name), 'utf8')) as StoredMail;
      const id = Number.parseInt(name, 10);
      this.#mails.set(id, await read(id, stored));
      this.#lastId = Math.max(this.#lastId, id);
    }
  }

  /** On the disk when this resolves: only then the sender is told that the mail was taken. */
  add(mail: Omit<StoredMail, 'receivedAt'>): Promise<KeptMail> {
    const added = this.#tail.then(async () => {
      const id = this.#lastId + 1;
      const stored = { ...mail, receivedAt: new Date(this.#clock.now()).toISOString() };
      const kept = await read(id, stored);
      const path = this.#path(id);
      await writeFile(`${path}.new`, JSON.stringify(stored), { mode: fileMode });
      await rename(`${path}.new`, path);
      this.#lastId = id;
      this.#mails.set(id, kept);
      const oldest = this.#mails.keys().next().value;
      if (this.#mails.size > keptMails && oldest !== undefined) await this.#remove(oldest);
      return kept;
    });
    this.#tail = added.catch(() => undefined);
    return added;
  }

  /** Newest first. */
  all(): KeptMail[] {
    return [...this.#mails.values()].reverse();
  }

  get(id: number): KeptMail | undefined {
    return this.#mails.get(id);
  }

  async clear(): Promise<void> {
    await this.#tail;
    for (const id of this.#mails.keys()) await this.#remove(id);
  }

  async #remove(id: number): Promise<void> {
    this.#mails.delete(id);
    await rm(this.#path(id), { force: true });
  }

  #path(id: number): string {
    return join(this.#directory, `${String(id).padStart(8, '0')}.json`);
  }
}

async function read(id: number, stored: StoredMail): Promise<KeptMail> {
  const parsed = await PostalMime.parse(stored.raw);
  const line = (addresses: Address[]): string =>
    addresses
      .map(({ name, address }) => (name ? `${name} <${address ?? ''}>` : (address ?? '')))
      .join(', ');
  return {
    ...stored,
    id,
    messageId: parsed.messageId ?? null,
    fromLine: line(parsed.from ? [parsed.from] : []),
    toLine: line(parsed.to ?? []),
    subject: parsed.subject ?? '(no subject)',
    text: parsed.text ?? '',
    html: parsed.html ?? null,
  };
}
