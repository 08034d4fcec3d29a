import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type JsonObject, jsonEqual } from '#lib/core/index';
import type { RemoteSwitches } from './remote-switches.ts';

export interface StoredObject {
  id: string;
  fields: JsonObject;
  /** Counts the changes of the whole service. */
  version: number;
  /** Milliseconds of the service's clock. */
  at: number;
  deleted: boolean;
  /** Outside of what the stream reads; still there for whoever asks by its id. */
  isMoved: boolean;
}

/** One write somebody made, in the order they came. */
export interface RemoteWrite {
  by: 'hub' | 'somebody';
  id: string;
  before: JsonObject;
  patch: JsonObject;
  key: string | null;
  /** In whatever order the test counts. */
  turn: number;
}

const secondMs = 1_000;
/** The largest step of the clock between two changes: often several in one second. */
const stepMs = 700;

/**
 * A service in process: objects, a clock of its own, a form it gives to values, and a queue of
 * webhooks the test delivers in any order, twice or not at all. Deterministic by its seed. It shares
 * no code with lib/sync.
 */
export class FakeRemote {
  readonly switches: RemoteSwitches;
  readonly objects = new Map<string, StoredObject>();
  readonly writes: RemoteWrite[] = [];
  /** Objects the hub had made, with the key it gave. */
  readonly made: { id: string; key: string; fields: JsonObject }[] = [];
  /** Webhooks not delivered yet, and all that were ever sent. */
  readonly queue: RemoteObject[] = [];
  readonly sent: RemoteObject[] = [];
  /** Every state the service ever showed, for the delta tokens. */
  readonly log: StoredObject[] = [];
  /** Ids that were given up, each with the one that took its place. */
  readonly renamed = new Map<string, string>();
  /** Objects others became part of. */
  readonly tookIn = new Set<string>();
  now = 1_790_000_000_000;
  /** Set by the test, stamped on writes. */
  turn = 0;
  private version = 0;
  private chance: number;

  constructor(switches: RemoteSwitches) {
    this.switches = switches;
    this.chance = switches.seed;
  }

  create(id: string, fields: JsonObject): void {
    this.store('somebody', id, fields, null);
  }

  edit(id: string, patch: JsonObject): void {
    const before = this.objects.get(id);
    if (before && !before.deleted) this.store('somebody', id, patch, null);
  }

  /** An object the hub asked for; its webhook goes out before its answer. */
  make(fields: JsonObject, key: string): string {
    const id = `${this.switches.name}-${this.made.length + 1}`;
    this.made.push({ id, key, fields });
    const all = { title: '', body: null, state: 'open', labels: [], ...fields };
    this.change({
      id,
      fields: this.canonical(all),
      version: 0,
      at: 0,
      deleted: false,
      isMoved: false,
    });
    return id;
  }

  /** The hub's write: only the given fields. */
  patch(id: string, patch: JsonObject, key: string): void {
    this.store('hub', id, patch, key);
  }

  remove(id: string): void {
    const before = this.objects.get(id);
    if (before && !before.deleted) this.change({ ...before, deleted: true });
  }

  restore(id: string): void {
    const before = this.objects.get(id);
    if (before?.deleted) this.change({ ...before, deleted: false, isMoved: false });
  }

  /** Out of what the stream reads, of which nothing is told; or back into it, which is a change. */
  move(id: string, isMoved: boolean): void {
    const before = this.objects.get(id);
    if (!before || before.deleted) return;
    if (isMoved) this.objects.set(id, { ...before, isMoved });
    else if (before.isMoved) this.change({ ...before, isMoved });
  }

  /** The object has another id from now on; whoever asks for the old one is shown it. */
  rename(id: string, newId: string): void {
    const before = this.objects.get(id);
    if (!before || before.deleted) return;
    this.objects.delete(id);
    this.renamed.set(id, newId);
    this.change({ ...before, id: newId });
  }

  /** The object becomes part of another one, which stays as it is. */
  merge(id: string, into: string): void {
    const [before, other] = [this.objects.get(id), this.objects.get(into)];
    if (id === into || !before || before.deleted || !other || other.deleted) return;
    this.objects.delete(id);
    this.renamed.set(id, into);
    this.tookIn.add(into);
  }

  /** What an object of that id is called by now. */
  nameOf(id: string): string {
    const next = this.renamed.get(id);
    return next === undefined ? id : this.nameOf(next);
  }

  /** Nothing changes, and time goes by. */
  pass(ms: number): void {
    this.now += ms;
  }

  /** Takes a waiting webhook by any number; a duplicate stays in the queue. */
  take(pick: number, isDuplicate: boolean): RemoteObject | null {
    if (this.queue.length === 0) return null;
    const at = pick % this.queue.length;
    const hook = isDuplicate ? this.queue[at] : this.queue.splice(at, 1)[0];
    return hook ? structuredClone(hook) : null;
  }

  canonical(fields: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        this.switches.canonical[name]?.(value) ?? value,
      ]),
    );
  }

  /** The time it says a change was made at. */
  stamp(object: StoredObject): number {
    return Math.floor(object.at / secondMs) * secondMs;
  }

  show(object: StoredObject): RemoteObject {
    const { id, deleted } = object;
    const fields = structuredClone(object.fields);
    return {
      externalId: id,
      externalKey: id,
      url: `https://simulated.example/${this.switches.name}/${id}`,
      rank: this.switches.ordered ? object.version : this.stamp(object),
      rankIsExact: this.switches.ordered,
      updatedAt: new Date(this.stamp(object)).toISOString(),
      fields: deleted ? {} : fields,
      deleted,
      raw: { id, fields },
    };
  }

  private store(by: RemoteWrite['by'], id: string, patch: JsonObject, key: string | null): void {
    const before = this.objects.get(id);
    const fields = { ...before?.fields, ...this.canonical(patch) };
    const { turn } = this;
    const isSame = before !== undefined && jsonEqual(before.fields, fields);
    if (by === 'hub' || !isSame) {
      this.writes.push({ by, id, before: before?.fields ?? {}, patch, key, turn });
    }
    if (isSame) return;
    this.change({
      id,
      fields,
      version: 0,
      at: 0,
      deleted: false,
      isMoved: before?.isMoved ?? false,
    });
  }

  private change(object: StoredObject): void {
    this.version += 1;
    this.now += Math.floor(this.random() * stepMs);
    const after = { ...object, version: this.version, at: this.now };
    this.objects.set(object.id, after);
    this.log.push(after);
    const hook = this.show(after);
    this.queue.push(hook);
    this.sent.push(hook);
  }

  /** mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  private random(): number {
    this.chance = (this.chance + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.chance ^ (this.chance >>> 15), 1 | this.chance);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
