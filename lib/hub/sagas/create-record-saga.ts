import { z } from 'zod';
import { openConnection } from '#lib/connections/index';
import type { CreateManifest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { endRecord } from '#lib/records/index';
import type { SagaDefinition, SagaStep, StepContext } from '#lib/sagas/index';
import { letGoOfObject, oweCreations } from '#lib/sync/index';
import {
  cancelOrder,
  closeOrder,
  lookAgain,
  type OrderedObject,
  type PlaceRow,
  selectOrdered,
  selectPlace,
  signOrder,
} from './creation-store.ts';
import { judgeOrder } from './judge-order.ts';
import { plans, type StepName } from './plans.ts';
import { rowsOnly, type StepDeps } from './saga-deps.ts';

type Step = SagaStep & { name: StepName<'create_record'> };

const inputSchema = z.object({ stream_ids: z.array(z.uuid()) });

/** A call nobody heard the end of is looked for until somebody says what became of it. */
const waitAtMostMs = 7 * 86_400_000;

/**
 * A record was made here: an object for it is made at each chosen service, one after the other, by
 * whoever makes objects (sync/create); this saga orders and waits. When one service refuses for good,
 * what was made at the others is taken back and the record ends. Where it is not known whether
 * something was made, that is found out before anything is taken back.
 */
export function createRecordSaga(deps: StepDeps): SagaDefinition {
  const [, ...creations] = plans.create_record;
  return {
    kind: 'create_record',
    steps: [madeAtStart(deps), ...creations.map((name, index) => create(deps, name, index))],
  };
}

/** Done by the transaction that starts the saga. */
const madeAtStart = ({ connections: { db } }: StepDeps): Step => ({
  name: 'make_record',
  ...rowsOnly,
  onFailure: 'compensate',
  write: () => Promise.resolve({}),
  compensate: async ({ workspaceId, subject }) => {
    const end = await transaction(db, (tx) => endRecord(tx, { workspaceId, recordId: subject }));
    if (end === 'linked') return { note: 'It stays, because it still lives at a service.' };
    return { note: 'The record has ended.' };
  },
});

const create = (deps: StepDeps, name: Step['name'], index: number): Step => ({
  name,
  timeoutMs: 60_000,
  retry: { attempts: 30, firstMs: 500, mostMs: 60_000 },
  waitAtMostMs,
  onFailure: 'compensate',
  act: async (context) => {
    const place = await placeOf(deps, context, index);
    const ordered = await order(deps, context, place);
    if (ordered.is_parked) await lookForIt(deps, context, ordered);
    return judgeOrder(ordered, place);
  },
  compensate: async (context) => {
    const place = await placeOf(deps, context, index);
    const ordered = await selectOrdered(deps.connections.db, orderOf(context, place));
    if (ordered === null) return { note: 'Nothing was made.' };
    return takeBack(deps, context, place, ordered);
  },
});

interface Place extends PlaceRow {
  streamId: string;
  provider: string;
  creates: CreateManifest | null;
  writable: readonly string[];
}

async function placeOf(
  { connections: { db, registry } }: StepDeps,
  { input, workspaceId }: StepContext,
  index: number,
): Promise<Place> {
  const streamId = inputSchema.parse(input).stream_ids[index];
  const row = streamId === undefined ? null : await selectPlace(db, workspaceId, streamId);
  if (!row || streamId === undefined) {
    throw new HubError('resource.not_found', 'The stream does not exist any more.');
  }
  const manifest = registry.get(row.connector)?.manifest;
  const resource = manifest?.resources.find((known) => known.name === row.resource);
  return {
    ...row,
    streamId,
    provider: manifest?.provider ?? row.connector,
    creates: resource?.creates ?? null,
    writable: resource?.writable ?? [],
  };
}

const orderOf = ({ workspaceId, sagaId }: StepContext, { streamId }: Place) => ({
  workspaceId,
  sagaId,
  streamId,
});

/** Ordered once: the row is there for whoever comes after a crash. */
async function order(
  { connections: { db } }: StepDeps,
  context: StepContext,
  place: Place,
): Promise<OrderedObject> {
  const at = orderOf(context, place);
  const known = await selectOrdered(db, at);
  if (known) return known;
  const owed = await transaction(db, async (tx) => {
    const recordId = context.subject;
    const { workspaceId } = at;
    await oweCreations(tx, {
      workspaceId,
      recordIds: [recordId],
      streamIds: [place.streamId],
      isPlanned: true,
    });
    await signOrder(tx, { ...at, recordId });
    return selectOrdered(tx, at);
  });
  if (owed) return owed;
  throw new HubError('resource.conflict', `The record can have no object at ${place.provider}.`);
}

const lookForIt = (
  { connections: { db } }: StepDeps,
  { workspaceId }: StepContext,
  { id }: OrderedObject,
): Promise<void> => transaction(db, (tx) => lookAgain(tx, workspaceId, id));

async function takeBack(
  deps: StepDeps,
  context: StepContext,
  place: Place,
  ordered: OrderedObject,
): Promise<{ note: string }> {
  const { db, clock } = deps.connections;
  const { workspaceId } = context;
  const { provider, writable } = place;
  const how = place.creates?.takeBack ?? 'delete';
  if (await transaction(db, (tx) => cancelOrder(tx, workspaceId, ordered.id))) {
    return { note: 'Nothing was made.' };
  }
  const { link_id: linkId, external_id: externalId } = ordered;
  if (linkId === null || externalId === null || ordered.state !== 'done') {
    if (ordered.is_parked) await lookForIt(deps, context, ordered);
    throw new HubError(
      'resource.conflict',
      `Whether ${provider} has made it is not known yet; that is found out first.`,
      { retry: 'later' },
    );
  }
  if (!ordered.is_ended) {
    const at = { workspaceId, connectionId: place.connection_id };
    const { api, ctx } = await openConnection(deps.connections, at, {
      lane: 'edit',
      signal: context.signal,
    });
    const ref = { externalId, externalKey: ordered.external_key, scope: place.scope };
    await api.takeBack?.(ctx, place.resource, ref);
    const left = await api.read(ctx, place.resource, ref);
    const isLetGo = await transaction(db, (tx) =>
      letGoOfObject(tx, { workspaceId, linkId, left, writable, nowMs: clock.now() }),
    );
    if (!isLetGo) throw changedMeanwhile(provider);
    await transaction(db, (tx) => closeOrder(tx, workspaceId, ordered.id));
    const isLeft = left !== null && !left.deleted;
    return { note: `${words[isLeft ? 'close' : how]} ${provider}.` };
  }
  await transaction(db, (tx) => closeOrder(tx, workspaceId, ordered.id));
  return { note: `${words[how]} ${provider}.` };
}

const words = {
  delete: 'Deleted at',
  archive: 'Archived at',
  close: 'Closed and not followed any more at',
} as const;

const changedMeanwhile = (provider: string): HubError =>
  new HubError('resource.conflict', `It was changed at ${provider} meanwhile.`, { retry: 'later' });
