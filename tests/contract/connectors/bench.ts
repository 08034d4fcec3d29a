import { expect } from 'vitest';
import type {
  BackfillPage,
  ConnectorContext,
  PollPage,
  RemoteObject,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import type { ContractEntry, ContractStream, ContractWorld } from './contract-entry.ts';
import { contractHttp, type RecordedCall } from './contract-http.ts';

/** What a point demands. Points are data, so their demands stand outside of any `it`. */
export const must = expect;

/** What a point needs to be earned, or to fail. */
export interface Bench {
  entry: ContractEntry;
  world: ContractWorld;
  /** Everything asked so far. */
  calls: RecordedCall[];
  ctx: (credential?: string) => ConnectorContext;
}

export function makeBench(entry: ContractEntry, world: ContractWorld): Bench {
  const calls: RecordedCall[] = [];
  return {
    entry,
    world,
    calls,
    ctx: (credential) => {
      const http = contractHttp(entry, world, credential);
      return {
        http: {
          send: async (request) => {
            try {
              return await http.send(request);
            } finally {
              calls.push(...http.calls.splice(0));
            }
          },
        },
        signal: new AbortController().signal,
        place: {
          apiBaseUrl: world.apiBaseUrl,
          ...(world.accountPath === undefined ? {} : { accountPath: world.accountPath }),
        },
      };
    },
  };
}

/** Pages turned at most; more is an endless walk. */
const maxPages = 50;

export async function scopeOf(bench: Bench, stream: ContractStream): Promise<JsonObject> {
  if (stream.definition) {
    const defined = bench.entry.connector.define?.(stream.resource, stream.definition);
    if (defined?.key !== stream.scopeKey) throw new Error('The definition has another key');
    return defined.scope;
  }
  const options = await bench.entry.api.scopes(bench.ctx(), stream.resource);
  const option = options.find(({ key }) => key === stream.scopeKey);
  if (!option) throw new Error(`scopes() does not offer ${stream.scopeKey}`);
  return option.scope;
}

export interface Walk {
  pages: BackfillPage[];
  objects: RemoteObject[];
  cursor: JsonObject;
}

/** All pages, each mark passed through JSON as the hub keeps it. */
export async function walk(bench: Bench, stream: ContractStream): Promise<Walk> {
  const scope = await scopeOf(bench, stream);
  const pages: BackfillPage[] = [];
  let from: JsonObject | null = null;
  do {
    if (pages.length >= maxPages) throw new Error('The walk does not end');
    const page = await bench.entry.api.backfill(bench.ctx(), stream.resource, scope, from);
    pages.push(page);
    from = copy(page.next);
  } while (from !== null);
  const cursor = pages.at(-1)?.cursor;
  if (cursor === undefined) throw new Error('The walk has no page');
  return { pages, objects: pages.flatMap(({ objects }) => objects), cursor: copy(cursor) };
}

export async function pollAll(
  bench: Bench,
  stream: ContractStream,
  cursor: JsonObject,
): Promise<{ pages: PollPage[]; objects: RemoteObject[]; cursor: JsonObject }> {
  const scope = await scopeOf(bench, stream);
  const pages: PollPage[] = [];
  let at = cursor;
  for (let hasMore = true; hasMore; ) {
    if (pages.length >= maxPages) throw new Error('The poll does not end');
    const page = await bench.entry.api.poll(bench.ctx(), stream.resource, scope, at);
    pages.push(page);
    at = copy(page.cursor);
    hasMore = page.hasMore;
  }
  return { pages, objects: pages.flatMap(({ objects }) => objects), cursor: at };
}

export const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The HubError that was thrown; anything else, and no error at all, is a fault of the connector. */
export async function refusalOf(act: Promise<unknown>): Promise<{
  code: string;
  retry: string;
  afterMs: number | undefined;
  details: Record<string, unknown>;
}> {
  const outcome: unknown = await act.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );
  if (!isHubError(outcome)) throw new Error('Not a HubError', { cause: outcome });
  const { code, retry, afterMs, details = {} } = outcome;
  return { code, retry, afterMs, details };
}

const patienceMs = 8_000;

/** Asks again until it holds; providers tell of a change a moment later. */
export async function until<T>(ask: () => Promise<T | null>, what: string): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
