import { z } from 'zod';
import type {
  BackfillPage,
  ConnectorContext,
  PollPage,
  ProviderFault,
  RemoteObject,
  RemoteRef,
} from '#lib/connectors/protocol/index';
import { HubError, isHubError, type Json, type JsonObject } from '#lib/core/index';
import { type Definition, kindOf, readDefinition } from './definition.ts';
import { badAnswer } from './errors.ts';
import { fromObject } from './map.ts';
import { type Mark, markSchema, type Page, readPage } from './walk-pages.ts';

/** How far back a poll looks: servers that lag, and clocks that tick in seconds. */
const overlapMs = 60_000;
/** A list that has to be read whole is not asked for more often. */
const wholeEveryMs = 300_000;
/** Pages looked through for one object of a list that has no path for it. */
const searchPages = 50;

const fromSchema = z.object({ mark: markSchema, startedMs: z.number() });
const cursorSchema = z.object({
  sinceMs: z.number(),
  /** Of a poll with more pages behind. */
  more: fromSchema.nullable(),
});

export async function backfillList(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  from: JsonObject | null,
): Promise<BackfillPage> {
  const definition = readDefinition(scope);
  const at = from === null ? null : fromSchema.parse(from);
  const page = await readPage(ctx, definition, at?.mark ?? null, null);
  const startedMs = at?.startedMs ?? page.atMs;
  return {
    ...mapAll(resource, definition, page),
    next: page.next === null ? null : { mark: { ...page.next }, startedMs },
    total: null,
    cursor: { sinceMs: startedMs - overlapMs, more: null },
  };
}

export async function pollList(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  cursor: JsonObject,
): Promise<PollPage> {
  const definition = readDefinition(scope);
  const { sinceMs, more } = cursorSchema.parse(cursor);
  const page = await readPage(ctx, definition, more?.mark ?? null, sinceMs);
  const startedMs = more?.startedMs ?? page.atMs;
  const hasMore = page.next !== null;
  return {
    ...mapAll(resource, definition, page),
    cursor: hasMore
      ? { sinceMs, more: { mark: { ...page.next }, startedMs } }
      : { sinceMs: startedMs - overlapMs, more: null },
    hasMore,
    notModified: false,
    intervalMs: definition.since === null ? wholeEveryMs : null,
  };
}

/** Null only when the list can be seen and does not hold it. */
export async function readObject(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  const definition = readDefinition(ref.scope);
  if (definition.item_path === null) return searchFor(ctx, resource, definition, ref.externalId);
  const path = definition.item_path.replaceAll('{id}', encodeURIComponent(ref.externalId));
  try {
    const answer = await ctx.http.send({ method: 'GET', path });
    const atMs = Date.now() + (answer.clockOffsetMs ?? 0);
    return objectIn(resource, definition, answer.json as Json, atMs);
  } catch (error) {
    if (!isHubError(error)) throw error;
    if (error.code !== 'provider.not_found' && error.code !== 'provider.gone') throw error;
    await readPage(ctx, definition, null, null);
    return null;
  }
}

async function searchFor(
  ctx: ConnectorContext,
  resource: string,
  definition: Definition,
  externalId: string,
): Promise<RemoteObject | null> {
  let mark: Mark | null = null;
  for (let turned = 0; turned < searchPages; turned += 1) {
    const page: Page = await readPage(ctx, definition, mark, null);
    const { objects } = mapAll(resource, definition, page);
    const found = objects.find((object) => object.externalId === externalId);
    if (found) return found;
    if (page.next === null) return null;
    mark = page.next;
  }
  throw new HubError('provider.refused', 'The list is too long to look for one object in it.');
}

function mapAll(resource: string, definition: Definition, page: Page) {
  const kind = kindOf(resource);
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  for (const item of page.items) {
    const mapped = fromObject(kind, definition, item, page.atMs);
    if (mapped.is === 'object') objects.push(mapped.object);
    else faults.push(mapped.fault);
  }
  return { objects, faults };
}

/** An answer about one object is the object, or holds nothing else (`{"item": {…}}`). */
function objectIn(
  resource: string,
  definition: Definition,
  json: Json,
  atMs: number,
): RemoteObject {
  const kind = kindOf(resource);
  const mapped = fromObject(kind, definition, json, atMs);
  if (mapped.is === 'object') return mapped.object;
  const values = json !== null && typeof json === 'object' ? Object.values(json) : [];
  const [only] = values;
  const inner =
    values.length === 1 && only !== undefined ? fromObject(kind, definition, only, atMs) : mapped;
  if (inner.is === 'object') return inner.object;
  throw badAnswer(inner.fault.message);
}
