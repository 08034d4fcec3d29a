import { createStream, startRun } from '#lib/sync/index';
import { as, settle, type World } from './world.ts';

/** A second stream of the world's connection, read once. */
export async function follow(world: World, project: string): Promise<string> {
  const { owner, connectionId } = world;
  const { id } = await as(world, owner, (tx) =>
    createStream(tx, {
      workspaceId: owner.workspaceId,
      connectionId,
      resource: 'issues',
      kind: 'task',
      name: project,
      scopeKey: project,
      scope: { project },
      requestedBy: owner.userId,
    }),
  );
  await settle(world);
  return id;
}

/** Lists the streams whole, and looks for what was not listed. */
export async function sweepAll(world: World, ...streamIds: string[]): Promise<void> {
  for (const streamId of streamIds) {
    await as(world, world.owner, (tx) =>
      startRun(tx, { streamId, kind: 'reconcile', requestedBy: world.owner.userId }),
    );
  }
  await settle(world);
}

export async function streamOf(world: World, externalId: string): Promise<unknown> {
  const [row] =
    await world.admin`select stream_id from public.links where external_id = ${externalId}`;
  return row?.['stream_id'];
}

/** What was logged after the records were made. */
export async function log(world: World): Promise<string[]> {
  const rows = await world.admin`select op from public.change_log where op <> 'create'`;
  return rows.map(({ op }) => String(op));
}

export const conflicts = (world: World) =>
  world.admin`select field, policy, status from public.conflicts`;
