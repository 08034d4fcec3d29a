import { isDeepStrictEqual } from 'node:util';
import type { Row } from './rows.ts';

/** What a table tells its store about. */
export interface TableEvents {
  /** The second it is, as GitHub writes it. */
  now(): string;
  /** A row was written, or removed when `row` is null. */
  changed(table: string, id: number, row: Row | null): void;
  /** The row as it was, before it is replaced. */
  replacing(table: string, row: Row): void;
}

/** The emulator stamps some columns itself, with milliseconds GitHub does not show. */
const emulatorStamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * One table, with the methods emulate's own collections have, because emulate's routes call them.
 * Three things differ: times come from the injected clock and have whole seconds, a write that
 * changes nothing leaves `updated_at` alone (as at GitHub), and every write is reported.
 */
export class Collection<T extends Row> {
  readonly #name: string;
  readonly #events: TableEvents;
  readonly #rows = new Map<number, T>();
  readonly #indexes = new Map<string, Map<string, Set<number>>>();
  #nextId: number;

  constructor(name: string, indexFields: readonly string[], firstId: number, events: TableEvents) {
    this.#name = name;
    this.#events = events;
    this.#nextId = firstId;
    for (const field of indexFields) this.#indexes.set(field, new Map());
  }

  insert(data: Omit<T, 'id' | 'created_at' | 'updated_at'> & { id?: number }): T {
    const now = this.#events.now();
    const id = data.id !== undefined && data.id > 0 ? data.id : this.#nextId;
    const row = { ...this.#stamped(data), id, created_at: now, updated_at: now } as unknown as T;
    this.put(row);
    return row;
  }

  update(id: number, data: Partial<T>): T | undefined {
    const existing = this.#rows.get(id);
    if (!existing) return undefined;
    const stamped = this.#stamped(data);
    const differs = Object.entries(stamped).some(
      ([key, value]) => !isDeepStrictEqual((existing as Record<string, unknown>)[key], value),
    );
    if (!differs) return existing;
    this.#events.replacing(this.#name, existing);
    const row = { ...existing, ...stamped, id, updated_at: this.#events.now() };
    this.put(row);
    return row;
  }

  /** Writes a whole row as it is, times included: seeds and reloading. */
  put(row: T): void {
    const existing = this.#rows.get(row.id);
    if (existing) this.#unindex(existing);
    this.#rows.set(row.id, row);
    this.#index(row);
    this.#nextId = Math.max(this.#nextId, row.id + 1);
    this.#events.changed(this.#name, row.id, row);
  }

  delete(id: number): boolean {
    const existing = this.#rows.get(id);
    if (!existing) return false;
    this.#unindex(existing);
    this.#rows.delete(id);
    this.#events.changed(this.#name, id, null);
    return true;
  }

  get(id: number): T | undefined {
    return this.#rows.get(id);
  }

  findBy(field: keyof T & string, value: unknown): T[] {
    const index = this.#indexes.get(field);
    if (!index) return this.all().filter((row) => row[field] === value);
    const found: T[] = [];
    for (const id of index.get(keyOf(value) ?? '') ?? []) {
      const row = this.#rows.get(id);
      if (row) found.push(row);
    }
    return found;
  }

  findOneBy(field: keyof T & string, value: unknown): T | undefined {
    return this.findBy(field, value)[0];
  }

  all(): T[] {
    return [...this.#rows.values()];
  }

  count(filter?: (row: T) => boolean): number {
    return filter ? this.all().filter(filter).length : this.#rows.size;
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** Ids are never given twice, not even after the row with the highest one is gone. */
  reserveUpTo(nextId: number): void {
    this.#nextId = Math.max(this.#nextId, nextId);
  }

  #stamped<D extends object>(data: D): D {
    const out = { ...data } as Record<string, unknown>;
    for (const [key, value] of Object.entries(out)) {
      if (key.endsWith('_at') && typeof value === 'string' && emulatorStamp.test(value)) {
        out[key] = this.#events.now();
      }
    }
    return out as D;
  }

  #index(row: T): void {
    for (const [field, index] of this.#indexes) {
      const key = keyOf((row as unknown as Record<string, unknown>)[field]);
      if (key === null) continue;
      const ids = index.get(key) ?? new Set();
      ids.add(row.id);
      index.set(key, ids);
    }
  }

  #unindex(row: T): void {
    for (const [field, index] of this.#indexes) {
      const key = keyOf((row as unknown as Record<string, unknown>)[field]);
      if (key !== null) index.get(key)?.delete(row.id);
    }
  }
}

/** Only names and numbers are looked up; a missing value is in no index. */
function keyOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
