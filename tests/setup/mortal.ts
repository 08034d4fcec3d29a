import type { ConnectorApi } from '#lib/connectors/protocol/index';
import type { Db } from '#lib/db/index';

/** The end of a process: whoever meets it does nothing more. */
export class Died extends Error {
  constructor(at: string) {
    super(`The worker died: ${at}.`);
    this.name = 'Died';
  }
}

/**
 * A worker that ends at a point of its work. Every place where it touches the world is a point with a
 * name: a transaction begins, is committed; a service is asked, has answered. At the point it is to
 * die, and everywhere after it, nothing takes place any more.
 */
export class Mortal {
  readonly points: string[] = [];
  private readonly dieAt: (name: string, nth: number) => boolean;
  private isDead = false;

  constructor(dieAt: (name: string, nth: number) => boolean = () => false) {
    this.dieAt = dieAt;
  }

  private pass(name: string): void {
    const nth = this.points.length;
    if (!this.isDead) this.points.push(name);
    this.isDead ||= this.dieAt(name, nth);
    if (this.isDead) throw new Died(name);
  }

  private async wrap<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.pass(`${name} begins`);
    const result = await work();
    this.pass(`${name} is done`);
    return result;
  }

  db(living: Db): Db {
    let transactions = 0;
    return new Proxy(living, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'begin' || typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          transactions += 1;
          return this.wrap(`transaction ${transactions}`, async () => {
            const ended: unknown = await Reflect.apply(value, target, given);
            return ended;
          });
        };
      },
      apply: (target, self, given: unknown[]) => {
        // Pieces of statements are made by the same function and are not sent by themselves.
        if (this.isDead) throw new Died('a statement');
        const made: unknown = Reflect.apply(target, self, given);
        return made;
      },
    });
  }

  private making(living: ConnectorApi): Partial<ConnectorApi> {
    if (!living.create) return {};
    return {
      create: (...given) => this.wrap('the making', () => answered(living.create?.(...given))),
      findCreated: (...given) =>
        this.wrap('the search', () => answered(living.findCreated?.(...given))),
    };
  }

  api(living: ConnectorApi): ConnectorApi {
    return {
      ...living,
      backfill: (...given) => this.wrap('the list', () => living.backfill(...given)),
      poll: (...given) => this.wrap('the poll', () => living.poll(...given)),
      read: (...given) => this.wrap('the reading', () => living.read(...given)),
      update: (...given) => this.wrap('the call', () => living.update(...given)),
      ...this.making(living),
    };
  }
}

function answered<T>(answer: Promise<T> | undefined): Promise<T> {
  if (!answer) throw new Error('The service makes no objects.');
  return answer;
}
