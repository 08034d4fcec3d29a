import type { Connection } from '@/lib/connections/schema';
import type { Flow, FlowSide, Plan, PlanRow, Suggestion } from '@/lib/flows/schema';
import type { FieldRule, Stream } from '@/lib/sync/schema';

export const at = '2026-11-21T09:00:00.000Z';
export const idOf = (n: number): string => `0198f2c0-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const rule = (field: string, of: Partial<FieldRule> = {}): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...of,
});

export const stream = (n: number, of: Partial<Stream> = {}): Stream => ({
  id: idOf(n),
  connection_id: idOf(100 + n),
  resource: 'issues',
  kind: 'task',
  name: `stream ${n}`,
  scope: {},
  phase: 'live',
  phase_detail: null,
  records: 12,
  next_poll_at: null,
  last_polled_at: null,
  last_event_at: null,
  last_changed_at: at,
  created_at: at,
  ...of,
});

export const connection = (n: number, of: Partial<Connection> = {}): Connection => ({
  id: idOf(100 + n),
  connector: n === 1 ? 'github' : 'linear',
  auth_kind: 'oauth2',
  account_id: `account-${n}`,
  account_name: `account ${n}`,
  account_url: null,
  app_title: null,
  status: 'active',
  status_code: null,
  status_detail: null,
  status_at: at,
  scopes_asked: [],
  scopes_granted: [],
  expires_at: null,
  refreshed_at: null,
  checked_at: null,
  delivery: 'webhook',
  webhooks: [],
  created_at: at,
  records: 12,
  freshness: { p50_ms: null, p95_ms: null, n: 0 },
  clock: null,
  receipt: null,
  ...of,
});

export const side = (n: number, of: Partial<FlowSide> = {}): FlowSide => ({
  stream_id: idOf(n),
  stream_name: `stream ${n}`,
  connection_id: idOf(100 + n),
  connector: n === 1 ? 'github' : 'linear',
  resource: 'issues',
  position: n - 1,
  creates: true,
  can_create: true,
  rules: [rule('title')],
  rules_version: 1,
  ...of,
});

export const flow = (of: Partial<Flow> = {}): Flow => ({
  id: idOf(50),
  name: 'Issues',
  kind: 'task',
  status: 'live',
  match_fields: ['title'],
  on_difference: 'ask',
  version: 3,
  sides: [side(1), side(2)],
  joined: 1_200,
  owed: 2,
  unknown: 0,
  conflicts: 3,
  refused: 1,
  plan_id: idOf(60),
  created_at: at,
  updated_at: at,
  ...of,
});

export const plan = (of: Partial<Plan> = {}): Plan => ({
  id: idOf(60),
  flow_id: idOf(50),
  status: 'ready',
  counts: { joins: 120, creates: 30, updates: 12, conflicts: 3, reviews: 2, deletes: 0 },
  estimate: { calls: 42, minutes: 2.4 },
  done: 152,
  total: 152,
  skipped: 0,
  failed: 0,
  error: null,
  created_at: at,
  finished_at: null,
  ...of,
});

export const planRow = (ordinal: number, of: Partial<PlanRow> = {}): PlanRow => ({
  ordinal,
  action: 'join',
  status: 'planned',
  reason: null,
  title: `Row ${ordinal}`,
  record_id: idOf(200 + ordinal),
  others: [],
  targets: [],
  differences: [],
  choice: null,
  ...of,
});

export const suggestion = (n: number, of: Partial<Suggestion> = {}): Suggestion => ({
  stream_id: idOf(n),
  rules: [
    { ...rule('title'), reason: 'Both call it title' },
    {
      ...rule('state', {
        transform: { type: 'values', pairs: [{ here: 'open', there: 'Todo' }], otherwise: 'skip' },
      }),
      reason: 'The states of the team',
    },
  ],
  gaps: [{ field: 'due_on', reason: 'It has no due date' }],
  values: { state: ['Todo', 'In Progress', 'Done'] },
  ...of,
});
