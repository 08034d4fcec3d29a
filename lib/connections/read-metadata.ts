import { z } from 'zod';
import { HubError, type JsonObject } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import type { CacheAt, Cached, CacheTopic } from '#lib/resilience/index';
import { type ConnectionPlace, mustBeUsable } from './ask-worker.ts';
import { awaitCommand, requestCommand } from './command-request.ts';
import { streamsByScope } from './connection-store.ts';
import { lookupAt, lookupTopic, scopesAt, scopesTopic } from './metadata-topics.ts';
import { asOf, type LookupItemRow, type ScopeOptionRow } from './schema.ts';
import type { Actor, ConnectionWebDeps } from './web-deps.ts';

/**
 * How new an answer must be. `stale`: whatever is kept, refreshed behind when it is old; `fresh`: not
 * old; `new`: asked of the service now.
 */
export type Accept = 'stale' | 'fresh' | 'new';

/** A list of the service's, and when the service said so. */
export interface Dated<T> {
  data: T[];
  as_of: string;
  state: 'fresh' | 'stale';
}

const waitMs = 30_000;

/** What a stream can be scoped to (repositories), with the streams that exist already. */
export async function listScopes(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace & { resource: string; accept?: Accept },
): Promise<Dated<ScopeOptionRow>> {
  const { resource } = place;
  const options = await readDated(deps, actor, place, {
    topic: scopesTopic,
    at: scopesAt(place),
    check: (manifest) => manifest.resources.some(({ name }) => name === resource) || resource,
    command: { kind: 'connections.scopes', payload: { resource }, reply: 'scopes' },
  });
  const streams = await asUser(deps.db, actor, (tx) => streamsByScope(tx, place));
  return {
    ...options,
    data: options.data.map((option) => ({
      ...option,
      stream_id: streams.get(option.key.toLowerCase()) ?? null,
    })),
  };
}

/** Names people pick from (users, labels), of the whole account or of one stream's scope. */
export function listLookup(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace & { name: string; scopeKey: string | null; accept?: Accept },
): Promise<Dated<LookupItemRow>> {
  const { name, scopeKey } = place;
  return readDated(deps, actor, place, {
    topic: lookupTopic,
    at: lookupAt(place),
    check: (manifest) => manifest.lookups.includes(name) || name,
    command: { kind: 'connections.lookup', payload: { name, scope_key: scopeKey }, reply: 'items' },
  });
}

interface Wanted<T> {
  topic: CacheTopic<T[]>;
  at: CacheAt;
  /** True, or the name of what the connector does not have. */
  check(manifest: {
    resources: readonly { name: string }[];
    lookups: readonly string[];
  }): true | string;
  command: { kind: string; payload: JsonObject; reply: string };
}

/**
 * What is kept is answered without waiting for anybody: the cache is read under the member's own
 * rights, and only what it lacks is asked of the worker.
 */
async function readDated<T>(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace & { accept?: Accept },
  wanted: Wanted<T>,
): Promise<Dated<T>> {
  const accept = place.accept ?? 'stale';
  const kept = await asUser(deps.db, actor, async (tx) => {
    await mustHave(tx, deps, place, wanted);
    return accept === 'new' ? null : deps.cache.peek(wanted.topic, wanted.at, tx);
  });
  if (kept?.state === 'fresh' || (kept && accept === 'stale')) {
    if (kept.state === 'stale' && !kept.isLoading) await ask(deps, actor, place, wanted, false);
    return dated(kept);
  }
  const isInsisting = accept === 'new' || kept !== null;
  const id = await ask(deps, actor, place, wanted, isInsisting);
  const reply = await awaitCommand(deps.db, id, waitMs);
  const { as_of, state } = answerSchema.parse(reply);
  return { data: wanted.topic.schema.parse(reply[wanted.command.reply]), as_of, state };
}

const answerSchema = z.object(asOf);

async function mustHave<T>(
  tx: Tx,
  deps: ConnectionWebDeps,
  place: ConnectionPlace,
  wanted: Wanted<T>,
): Promise<void> {
  const { connector } = await mustBeUsable(tx, place);
  const manifest = deps.connectors.get(connector)?.manifest;
  const has = manifest ? wanted.check(manifest) : connector;
  if (has !== true) throw new HubError('request.invalid', `${connector} has no ${has}.`);
}

/** Not insisting is enough behind an answer: of several who see it stale, one makes the call. */
const ask = <T>(
  deps: ConnectionWebDeps,
  actor: Actor,
  place: ConnectionPlace,
  { command }: Wanted<T>,
  refresh: boolean,
): Promise<string> =>
  requestCommand(deps.db, {
    workspaceId: place.workspaceId,
    kind: command.kind,
    payload: { connection_id: place.connectionId, refresh, ...command.payload },
    requestedBy: actor.userId,
    timeoutMs: waitMs,
  });

const dated = <T>(kept: Cached<T[]>): Dated<T> => ({
  data: kept.value,
  as_of: new Date(kept.asOfMs).toISOString(),
  state: kept.state,
});
