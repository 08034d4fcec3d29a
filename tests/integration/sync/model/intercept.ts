import type { Db } from '#lib/db/index';

export type Answer = Record<string, unknown>[];
type Statement = (text: string, given: unknown[], run: () => Promise<Answer>) => Promise<Answer>;
/** Names whole statements: pieces of them are made by the same function and must stay pieces. */
type IsMeant = (text: string) => boolean;

/** A database whose statements inside transactions pass by somebody who may change them or their answer. */
export function intercept(living: Db, isMeant: IsMeant, statement: Statement): Db {
  return new Proxy(living, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'begin' || typeof value !== 'function') return value;
      return (work: (tx: unknown) => Promise<unknown>) =>
        Reflect.apply(value, target, [
          (tx: object) => work(watched(tx, isMeant, statement)),
        ]) as unknown;
    },
  });
}

function watched(tx: object, isMeant: IsMeant, statement: Statement): object {
  return new Proxy(tx, {
    apply: (target, self, args: unknown[]) => {
      const make = () => Reflect.apply(target as () => unknown, self, args);
      const [parts, ...given] = args;
      const isStatement = Array.isArray(parts) && 'raw' in parts;
      const text = isStatement ? parts.map(String).join('?') : '';
      if (!isStatement || !isMeant(text)) return make();
      return statement(text, given, async () => {
        const rows = await (make() as Promise<Answer>);
        return rows;
      });
    },
  });
}

/** Changes the rows that statements of a kind answer with. */
export const mapRows = (
  living: Db,
  isMeant: IsMeant,
  change: (row: Record<string, unknown>) => Record<string, unknown>,
): Db => intercept(living, isMeant, async (_text, _given, run) => (await run()).map(change));
