import { newId } from '#lib/core/index';
import type { Maker, Place, Sample } from './matrix-sample.ts';
import { insertPlan } from './matrix-world.ts';

/** Streams of two connections, which no flow has. */
const twoStreams = async ({ world, target, workspaceId }: Place): Promise<string[]> =>
  target === 'absent'
    ? [newId(), newId()]
    : [await world.row('stream', workspaceId), await world.row('stream', workspaceId)];

/** An object that the flow owes a side of its own, and that was refused there. */
async function refusedCreation({ world, target, workspaceId, id }: Place): Promise<Sample> {
  const creationId = newId();
  if (target === 'absent') return { params: { creation_id: creationId } };
  const { admin } = world.web;
  const streamId = await world.row('stream', workspaceId);
  const recordId = await world.row('record', workspaceId);
  await admin`
    insert into public.flow_sides (stream_id, workspace_id, flow_id, position)
    values (${streamId}, ${workspaceId}, ${id}, 0)`;
  await admin`
    insert into public.creations (id, workspace_id, record_id, connection_id, stream_id, state)
    select ${creationId}, workspace_id, ${recordId}, connection_id, id, 'refused'
    from public.streams where id = ${streamId}`;
  return { params: { creation_id: creationId } };
}

/** Of the routes about flows, what they owe, and their plans. */
export const flowSamples: Record<string, Maker> = {
  createFlow: async (place) => ({
    body: { name: 'Both', sides: (await twoStreams(place)).map((id) => ({ stream_id: id })) },
  }),
  suggestFlowRules: async (place) => ({ body: { stream_ids: await twoStreams(place) } }),
  updateFlow: () => ({ body: { name: 'Renamed' } }),
  retryFlowCreation: refusedCreation,
  dropFlowCreation: refusedCreation,
  chooseForFlowPlanRow: () => ({ params: { ordinal: '1' }, body: { record_id: null } }),
  getNewestFlowPlan: async ({ world, workspaceId, id, target }) => {
    if (target !== 'absent') await insertPlan(world.web, { id: newId(), workspaceId, flowId: id });
    return {};
  },
};
