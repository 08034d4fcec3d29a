import { z } from 'zod';
import { HubError, type JsonObject } from '#lib/core/index';
import type { Cache, Cached } from '#lib/resilience/index';
import type { Command, CommandKind } from './command-runner.ts';
import { findStreamScope } from './connection-store.ts';
import { lookupAt, lookupTopic, scopesAt, scopesTopic } from './metadata-topics.ts';
import { openConnection } from './open-connection.ts';
import type { LookupItemRow } from './schema.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

const askSchema = z.object({ connection_id: z.uuid(), refresh: z.boolean() });
const scopesSchema = askSchema.extend({ resource: z.string().max(40) });
const lookupSchema = askSchema.extend({
  name: z.string().max(40),
  scope_key: z.string().max(400).nullable(),
});

/**
 * connections.scopes: what a stream can be scoped to. From the cache, unless somebody insists; only
 * the worker loads, so a value in the cache is the service's word.
 */
export function scopesCommand(deps: ConnectionDeps, cache: Cache): CommandKind {
  return {
    isForWaiting: true,
    run: async (command) => {
      const { resource, refresh } = scopesSchema.parse(command.payload);
      const at = placeOf(command);
      const cached = await cache.read(scopesTopic, {
        ...scopesAt({ ...at, resource }),
        refresh,
        load: (signal) => loadScopes(deps, at, resource, signal),
      });
      return replyOf('scopes', cached);
    },
  };
}

/** connections.lookup: the names of a manifest's lookup, for one scope where it has one. */
export function lookupCommand(deps: ConnectionDeps, cache: Cache): CommandKind {
  return {
    isForWaiting: true,
    run: async (command) => {
      const { name, scope_key: scopeKey, refresh } = lookupSchema.parse(command.payload);
      const at = placeOf(command);
      const cached = await cache.read(lookupTopic, {
        ...lookupAt({ ...at, name, scopeKey }),
        refresh,
        load: (signal) => loadLookup(deps, at, { name, scopeKey }, signal),
      });
      return replyOf('items', cached);
    },
  };
}

async function loadScopes(
  deps: ConnectionDeps,
  at: ConnectionAt,
  resource: string,
  signal: AbortSignal,
) {
  const opened = await openConnection(deps, at, { lane: 'edit', signal });
  const options = await opened.api.scopes(opened.ctx, resource);
  return options.map((option) => ({
    key: option.key,
    title: option.title,
    detail: option.detail,
    scope: option.scope,
    can_write: option.canWrite,
    can_hook: option.canHook,
    estimate: option.estimate,
  }));
}

async function loadLookup(
  deps: ConnectionDeps,
  at: ConnectionAt,
  wanted: { name: string; scopeKey: string | null },
  signal: AbortSignal,
): Promise<LookupItemRow[]> {
  const opened = await openConnection(deps, at, { lane: 'edit', signal });
  const lookup = opened.api.lookup?.bind(opened.api);
  if (!lookup || !opened.manifest.lookups.includes(wanted.name)) {
    throw new HubError('request.invalid', `${opened.manifest.provider} has no ${wanted.name}.`);
  }
  const scope = wanted.scopeKey === null ? null : await mustFindScope(deps, at, wanted.scopeKey);
  return lookup(opened.ctx, wanted.name, scope);
}

/** A scope is the service's own word, given when its stream was added; nobody else names one. */
async function mustFindScope(
  deps: ConnectionDeps,
  at: ConnectionAt,
  scopeKey: string,
): Promise<JsonObject> {
  const scope = await findStreamScope(deps.db, { ...at, scopeKey });
  if (scope) return scope;
  throw new HubError('request.invalid', 'No stream of this connection has this scope.', {
    details: { errors: [{ field: 'scope_key', reason: 'is not that of a stream' }] },
  });
}

const replyOf = (name: string, cached: Cached<JsonObject[]>): JsonObject => ({
  [name]: cached.value,
  as_of: new Date(cached.asOfMs).toISOString(),
  state: cached.state,
});

const placeOf = (command: Command): ConnectionAt => ({
  workspaceId: command.workspaceId,
  connectionId: askSchema.parse(command.payload).connection_id,
});
