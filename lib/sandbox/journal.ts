import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from './rows.ts';
import type { Store, StoreChange, StoreImage } from './store.ts';

/** Longest time a write waits in memory; what a `kill -9` may cost. */
const flushAfterMs = 100;
/** Above this the journal is folded into a new snapshot. */
const journalLimitBytes = 16_777_216;
const fileMode = 0o600;

interface SnapshotFile extends StoreImage {
  generation: number;
}

/**
 * Durable state: `snapshot.json` (replaced by rename) names a generation, `journal-<generation>.jsonl`
 * holds the writes since then, one whole row a line, so that replaying a line twice does no harm. A
 * line torn by a kill ends the replay; opening always starts a new generation, so nothing is ever
 * appended behind a torn line.
 */
export class Journal {
  readonly #directory: string;
  readonly #store: Store;
  #generation = 0;
  #file: FileHandle | null = null;
  #bytes = 0;
  #pending = new Map<string, StoreChange>();
  #timer: NodeJS.Timeout | null = null;
  #tail: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  constructor(directory: string, store: Store) {
    this.#directory = directory;
    this.#store = store;
  }

  /** Loads what is there. Returns false when the directory held no state yet. */
  async open(seed: () => void): Promise<boolean> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const found = await this.#load();
    if (!found) seed();
    await this.#compact();
    this.#store.onChange((change) => this.#record(change));
    return found;
  }

  /** Everything written so far is on the disk when this resolves. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#tail = this.#tail.then(() => this.#write());
    await this.#tail;
    if (this.#failure)
      throw new Error('The sandbox cannot write its state', { cause: this.#failure });
  }

  async close(): Promise<void> {
    await this.flush();
    this.#store.onChange(() => undefined);
    await this.#file?.close();
    this.#file = null;
  }

  #record(change: StoreChange): void {
    const key = `${change.table}:${change.id}`;
    // Deleting before setting keeps the order of the last writes, which readers of the file expect.
    this.#pending.delete(key);
    this.#pending.set(key, change);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tail = this.#tail.then(() => this.#write());
    }, flushAfterMs);
  }

  async #write(): Promise<void> {
    if (this.#pending.size === 0 || !this.#file) return;
    const changes = [...this.#pending.values()];
    this.#pending = new Map();
    const lines = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
    try {
      await this.#file.appendFile(lines);
      await this.#file.datasync();
      this.#bytes += lines.length;
      if (this.#bytes > journalLimitBytes) await this.#compact();
    } catch (cause) {
      this.#failure = cause;
      process.stderr.write(`${JSON.stringify({ level: 'error', msg: String(cause) })}\n`);
    }
  }

  async #load(): Promise<boolean> {
    const text = await readIfPresent(join(this.#directory, 'snapshot.json'));
    if (text === null) return false;
    const snapshot = JSON.parse(text) as SnapshotFile;
    this.#generation = snapshot.generation;
    this.#store.load(snapshot);
    const journal = await readIfPresent(this.#journalPath());
    for (const line of (journal ?? '').split('\n')) {
      const change = parseChange(line);
      if (!change) break;
      this.#store.apply(change);
    }
    return true;
  }

  async #compact(): Promise<void> {
    const generation = this.#generation + 1;
    const snapshot: SnapshotFile = { generation, ...this.#store.image() };
    // The image holds every write until here, so what is pending need not be written again.
    this.#pending = new Map();
    const temporary = join(this.#directory, `snapshot.${randomUUID()}.tmp`);
    const next = await open(temporary, 'wx', fileMode);
    await next.writeFile(JSON.stringify(snapshot));
    await next.sync();
    await next.close();
    const journalPath = join(this.#directory, `journal-${generation}.jsonl`);
    const journal = await open(journalPath, 'a', fileMode);
    await rename(temporary, join(this.#directory, 'snapshot.json'));
    await syncDirectory(this.#directory);
    await this.#file?.close();
    this.#file = journal;
    this.#bytes = 0;
    this.#generation = generation;
    await this.#removeLeftovers();
  }

  async #removeLeftovers(): Promise<void> {
    const kept = new Set(['snapshot.json', `journal-${this.#generation}.jsonl`]);
    for (const name of await readdir(this.#directory)) {
      const ours = /^(journal-\d+\.jsonl|snapshot\.[\w-]+\.tmp)$/.test(name);
      if (ours && !kept.has(name)) await rm(join(this.#directory, name), { force: true });
    }
  }

  #journalPath(): string {
    return join(this.#directory, `journal-${this.#generation}.jsonl`);
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A change, or null where the file ends or was torn. */
function parseChange(line: string): { table: string; id: number; row: Row | null } | null {
  if (line === '') return null;
  try {
    return JSON.parse(line) as StoreChange;
  } catch {
    return null;
  }
}
