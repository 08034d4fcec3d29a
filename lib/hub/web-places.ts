import type { Tx } from '#lib/db/index';

/** Things of a workspace that a route can name by id, and the table that knows their workspace. */
const tables = {
  app: 'apps',
  connection: 'connections',
  stream: 'streams',
  run: 'runs',
  record: 'records',
  conflict: 'conflicts',
  inbox_event: 'inbox_events',
  replay: 'replays',
  invitation: 'invitations',
  subscription: 'subscriptions',
  delivery: 'deliveries',
  undo: 'undo_runs',
  flow: 'flows',
  flow_plan: 'flow_plans',
} as const;

export type PlaceKind = keyof typeof tables | 'workspace';

/** Runs under the bearer's claims: a row of another workspace is as absent as one that never was. */
export async function findWorkspaceOf(tx: Tx, kind: PlaceKind, id: string): Promise<string | null> {
  if (kind === 'workspace') {
    const [row] = await tx<{ id: string }[]>`select id from public.workspaces where id = ${id}`;
    return row?.id ?? null;
  }
  const [row] = await tx<{ workspace_id: string }[]>`
    select workspace_id from ${tx(`public.${tables[kind]}`)} where id = ${id}`;
  return row?.workspace_id ?? null;
}
