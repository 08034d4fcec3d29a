/**
 * Query keys. The first word is the table a `touched` message names (or `records`), the second the
 * workspace, so that a message finds what it makes stale.
 */
export const keys = {
  record: (id: string) => ['record', id] as const,
  recordEdit: (id: string) => ['record', 'edit', id] as const,
  recordHistory: (workspaceId: string, id: string) => ['history', workspaceId, id] as const,
  recordList: (workspaceId: string, query: Record<string, unknown>) =>
    ['records', workspaceId, query] as const,
  board: (workspaceId: string) => ['board', workspaceId] as const,
  counts: (workspaceId: string) => ['counts', workspaceId] as const,
  connections: (workspaceId: string) => ['connections', workspaceId] as const,
  connection: (workspaceId: string, id: string) => ['connections', workspaceId, id] as const,
  connectionLog: (workspaceId: string, id: string) => ['connection_log', workspaceId, id] as const,
  sagas: (workspaceId: string, id: string) => ['sagas', workspaceId, id] as const,
  connectors: (workspaceId: string) => ['connectors', workspaceId] as const,
  scopes: (workspaceId: string, id: string, resource: string) =>
    ['scopes', workspaceId, id, resource] as const,
  lookup: (workspaceId: string, id: string, name: string) =>
    ['lookup', workspaceId, id, name] as const,
  /** Stale with the streams it lists. */
  recordPlaces: (workspaceId: string) => ['streams', workspaceId, 'record places'] as const,
  streams: (workspaceId: string, connectionId?: string) =>
    ['streams', workspaceId, connectionId ?? 'all'] as const,
  runs: (workspaceId: string, connectionId?: string) =>
    ['runs', workspaceId, connectionId ?? 'all'] as const,
  conflicts: (workspaceId: string, query: Record<string, unknown>) =>
    ['conflicts', workspaceId, query] as const,
  conflictCounts: (workspaceId: string, query: Record<string, unknown>) =>
    ['conflict_counts', workspaceId, query] as const,
  inbox: (workspaceId: string, query: Record<string, unknown>) =>
    ['inbox_events', workspaceId, query] as const,
  inboxEvent: (workspaceId: string, id: string) =>
    ['inbox_events', workspaceId, 'one', id] as const,
  inboxCounts: (workspaceId: string) => ['inbox_counts', workspaceId] as const,
  deadLetters: (workspaceId: string) => ['dead_letters', workspaceId] as const,
  replays: (workspaceId: string) => ['replays', workspaceId] as const,
  run: (workspaceId: string, id: string) => ['runs', workspaceId, 'one', id] as const,
  runEvents: (workspaceId: string, id: string) => ['run_events', workspaceId, id] as const,
  undos: (workspaceId: string, runId: string) => ['undos', workspaceId, runId] as const,
  undo: (workspaceId: string, id: string) => ['undos', workspaceId, 'one', id] as const,
  lineage: (workspaceId: string, recordId: string, field: string) =>
    ['history', workspaceId, recordId, 'lineage', field] as const,
  missing: (workspaceId: string, query: Record<string, unknown>) =>
    ['missing', workspaceId, query] as const,
  quarantine: (workspaceId: string) => ['quarantine', workspaceId] as const,
  refusals: (workspaceId: string) => ['refusals', workspaceId] as const,
  subscriptions: (workspaceId: string) => ['subscriptions', workspaceId] as const,
  analytics: (workspaceId: string) => ['analytics', workspaceId] as const,
  destinations: (workspaceId: string) => ['destinations', workspaceId] as const,
  deliveries: (workspaceId: string, query: Record<string, unknown>) =>
    ['deliveries', workspaceId, query] as const,
  delivery: (workspaceId: string, id: string) => ['deliveries', workspaceId, 'one', id] as const,
  deliveryReplays: (workspaceId: string, subscriptionId: string) =>
    ['delivery_replays', workspaceId, subscriptionId] as const,
  flows: (workspaceId: string) => ['flows', workspaceId] as const,
  flow: (workspaceId: string, id: string) => ['flows', workspaceId, id] as const,
  plan: (workspaceId: string, id: string) => ['flow_plans', workspaceId, id] as const,
  creations: (workspaceId: string, flowId: string) => ['creations', workspaceId, flowId] as const,
  appWebhooks: (workspaceId: string) => ['app_webhooks', workspaceId] as const,
  apps: (workspaceId: string) => ['apps', workspaceId] as const,
  members: (workspaceId: string) => ['members', workspaceId] as const,
  invitations: (workspaceId: string) => ['invitations', workspaceId] as const,
  audit: (workspaceId: string) => ['audit', workspaceId] as const,
  mail: (workspaceId: string) => ['mail', workspaceId] as const,
  sessions: () => ['sessions'] as const,
  sealingKeys: () => ['sealing_keys'] as const,
  cache: (workspaceId: string) => ['cache', workspaceId] as const,
  limits: (workspaceId: string) => ['limits', workspaceId] as const,
  queues: (workspaceId: string) => ['queues', workspaceId] as const,
  instanceQueues: () => ['instance_queues'] as const,
  inboundLimits: (workspaceId: string) => ['inbound_limits', workspaceId] as const,
  sandbox: (workspaceId: string, connector: string) => ['sandbox', workspaceId, connector] as const,
};

/** Which queries a touched table makes stale, by the first word of their key. */
export const staleBy: Record<string, readonly string[]> = {
  connections: ['connections', 'board', 'connectors', 'counts'],
  streams: ['streams', 'connections', 'board'],
  runs: ['runs', 'run_events', 'streams', 'board', 'counts'],
  webhook_endpoints: ['connections', 'refusals', 'app_webhooks'],
  conflicts: ['conflicts', 'conflict_counts', 'history', 'board', 'counts', 'flows'],
  push_intents: ['history'],
  connection_log: ['connection_log'],
  sagas: ['sagas'],
  subscriptions: ['subscriptions', 'destinations', 'deliveries'],
  delivery_replays: ['delivery_replays', 'deliveries'],
  inbox_events: ['inbox_events', 'refusals', 'inbox_counts', 'dead_letters'],
  replays: ['replays'],
  undo_runs: ['undos'],
  webhook_quarantine: ['quarantine', 'refusals'],
};

/** Everything that a touched table makes stale. */
export const everTouched: readonly string[] = [...new Set(Object.values(staleBy).flat())];
