import type { Json } from '#lib/core/index';

/** A record that others name, with what it is called at each service it lives at. */
export interface Target {
  id: string;
  /** By connection. */
  names: Readonly<Record<string, { name: string; isLiving: boolean }>>;
}

/** Known targets by their full names; what is missing is no record here, or could be more than one. */
export type Targets = ReadonlyMap<string, Target>;

/**
 * A name with the connection whose name it is: what it names is clear wherever it is read. A plain name
 * is that of the record's home, the connection it came from.
 */
export const fullName = (connectionId: string, name: string): string => `${name}@${connectionId}`;

const full = /^(.+)@([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/s;

export interface Named {
  connectionId: string;
  name: string;
}

/** Whose name a record's value is; null when it names nothing, or nobody knows whose it is. */
export function namedBy(value: Json | undefined, home: string | null): Named | null {
  if (typeof value !== 'string' || value === '') return null;
  const [, name, connectionId] = full.exec(value) ?? [];
  if (name !== undefined && connectionId !== undefined) return { connectionId, name };
  return home === null ? null : { connectionId: home, name: value };
}

/** The value by which a record of the given home names it. */
export const valueAt = (home: string, { connectionId, name }: Named): string =>
  connectionId === home && !full.test(name) ? name : fullName(connectionId, name);

/** The words of one link for other records. Pure. */
export class References {
  /** Of the record, whose plain names it holds. */
  readonly home: string;
  /** Of the link. */
  readonly at: string;
  readonly #recordId: string;
  readonly #targets: Targets;

  constructor(of: { home: string; at: string; recordId: string; targets: Targets }) {
    this.home = of.home;
    this.at = of.at;
    this.#recordId = of.recordId;
    this.#targets = of.targets;
  }

  /** What the service says, as the record holds it: by the home's name for it, if it has one. */
  toHere(value: Json): Json {
    if (typeof value !== 'string' || value === '') return value;
    const own = { connectionId: this.at, name: value };
    if (this.at === this.home) return valueAt(this.home, own);
    const known = this.#targets.get(fullName(this.at, value))?.names[this.home];
    return valueAt(this.home, known ? { connectionId: this.home, name: known.name } : own);
  }

  /**
   * What the record holds, as the service is told: undefined as long as it has no name there. The name
   * that stands there stays when it means the same.
   */
  toThere(value: Json, there: Json | undefined): Json | undefined {
    if (typeof value !== 'string' || value === '') return value;
    const named = namedBy(value, this.home);
    if (!named) return undefined;
    if (named.connectionId === this.at) return named.name;
    const target = this.#targets.get(fullName(named.connectionId, named.name));
    if (!target || target.id === this.#recordId) return undefined;
    if (
      typeof there === 'string' &&
      this.#targets.get(fullName(this.at, there))?.id === target.id
    ) {
      return there;
    }
    const own = target.names[this.at];
    return own?.isLiving ? own.name : undefined;
  }
}
