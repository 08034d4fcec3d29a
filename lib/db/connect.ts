import postgres from 'postgres';

export type Db = postgres.Sql;
export type Tx = postgres.TransactionSql;
/** A pool or a transaction: a store function takes either and never opens its own. */
export type Queryable = Db | Tx;

export interface ConnectOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  /** Connections of the pool. */
  max?: number;
}

/**
 * A handshake caught by a restart of PostgreSQL is answered by nobody: it must end well within the
 * ten seconds in which everything is to go on by itself.
 */
const connectTimeoutSeconds = 4;

const int8 = 20;
const timestamptz = 1184;
const date = 1082;

/**
 * A pool. Connections are opened when needed, closed after a minute idle, and made anew after
 * PostgreSQL restarted; a statement caught by a restart fails and is its caller's to repeat.
 */
export function connect(options: ConnectOptions): Db {
  return postgres(options.url, {
    max: options.max ?? 8,
    prepare: false,
    idle_timeout: 60,
    connect_timeout: connectTimeoutSeconds,
    max_lifetime: 1800,
    backoff: (retries) => Math.min(0.1 * 2 ** retries, 2),
    onnotice: () => {},
    connection: {
      application_name: options.name,
    },
    types: {
      int8: { to: int8, from: [int8], serialize: String, parse: Number },
      timestamptz: {
        to: timestamptz,
        from: [timestamptz],
        serialize: (value: Date | string) =>
          value instanceof Date ? value.toISOString() : String(value),
        parse: (text: string) => new Date(text).toISOString(),
      },
      date: { to: date, from: [date], serialize: String, parse: (text: string) => text },
    },
  }) as unknown as Db;
}
