import type { RemoteObject } from '#lib/connectors/protocol/index';
import { toHubError } from '#lib/core/index';
import { type Tx, transaction } from '#lib/db/index';
import { RunStopped } from './apply-page.ts';
import { askOfLost } from './ask-of-lost.ts';
import { asksFirst, type MassChange, NeedsAnswer } from './judge-mass.ts';
import { hasLeft, isSameScope, leftScope } from './left-scope.ts';
import { syncLimits } from './limits.ts';
import { observeObjects } from './observe-objects.ts';
import { databaseTime } from './observe-store.ts';
import { advanceStream } from './poll-store.ts';
import { goneObject, writableOf } from './push-target.ts';
import { requestReading } from './request-reading.ts';
import { isClosed } from './reread-link.ts';
import { retryDeadlock } from './retry-deadlock.ts';
import { type Checkpoint, saveProgress } from './run-work-store.ts';
import {
  countLiving,
  countMissing,
  type MissingLink,
  selectMissing,
  setOutOfSight,
} from './sweep-store.ts';
import type { OpenedConnection } from './sync-deps.ts';
import type { HeldRun } from './work-run.ts';

/** What the service said of one absent object. */
interface Probe {
  link: MissingLink;
  /** Null when it is gone; undefined when it may not be seen. */
  object: RemoteObject | null | undefined;
}

/**
 * The second half of a sweep: each object that a complete listing did not show is asked for by its
 * id. Only what the service itself says is gone is deleted. What may not be seen any more, and what
 * is there but outside of what the stream reads, keeps its record. True when all are done, false
 * when the slice of time is over.
 */
export async function probeMissing(
  held: HeldRun,
  opened: OpenedConnection,
  signal: AbortSignal,
  isSliceOver: () => boolean,
): Promise<boolean> {
  const { deps, run } = held;
  const generation = run.checkpoint.generation ?? 0;
  if (run.checkpoint.probedTo === undefined) {
    const change: MassChange = await transaction(deps.db, async (tx) => ({
      what: 'delete',
      count: await countMissing(tx, run, generation),
      of: await countLiving(tx, run),
    }));
    if (asksFirst(change, run.checkpoint.allowed)) throw new NeedsAnswer(change);
    run.checkpoint = { ...run.checkpoint, missed: change.count, lost: 0 };
  }
  for (;;) {
    signal.throwIfAborted();
    const missing = await transaction(deps.db, (tx) =>
      selectMissing(tx, run, generation, run.checkpoint.probedTo ?? null, syncLimits.probeRows),
    );
    const readAt = await databaseTime(deps.db);
    const probes: Probe[] = [];
    for (const link of missing) {
      probes.push({ link, object: await probe(held, opened, link) });
      signal.throwIfAborted();
    }
    await askOfLost(
      held,
      probes.filter(isLost).map(({ link }) => link),
    );
    await applyProbes(held, opened, probes, readAt);
    if (missing.length === 0) return true;
    if (isSliceOver()) return false;
  }
}

async function probe(
  { run }: HeldRun,
  { api, ctx }: OpenedConnection,
  link: MissingLink,
): Promise<RemoteObject | null | undefined> {
  const { external_id: externalId, external_key: externalKey } = link;
  try {
    return await api.read(ctx, run.resource, { externalId, externalKey, scope: run.scope });
  } catch (error) {
    if (isClosed(toHubError(error))) return undefined;
    throw error;
  }
}

/** A batch, its progress and, with an empty one, the end of the run: one transaction. */
function applyProbes(
  held: HeldRun,
  opened: OpenedConnection,
  probes: Probe[],
  readAt: string,
): Promise<void> {
  const { deps, run, epoch } = held;
  const isOver = probes.length === 0;
  const last = probes.at(-1)?.link.id;
  const checkpoint: Checkpoint =
    last === undefined ? run.checkpoint : { ...run.checkpoint, probedTo: last };
  return retryDeadlock(() =>
    transaction(deps.db, async (tx) => {
      const objects = probes.flatMap(({ link, object }) => {
        // One that answers under another id is followed by the way edits go out.
        if (object === undefined || isRenamed(link, object)) return [];
        // It was moved out of sight before: that it is not shown now says nothing of its end.
        if (object === null && hasLeft(link)) return [];
        return [object ?? goneObject(link, deps.clock.now())];
      });
      const seen = await observeObjects(tx, {
        workspaceId: run.workspace_id,
        connectionId: run.connection_id,
        streamId: run.stream_id,
        kind: run.record_kind,
        objects,
        source: { type: 'poll', runId: run.id, readAt },
        writable: writableOf(opened.manifest, run.resource),
      });
      await rereadRenamed(tx, held, probes);
      await keepOutOfSight(tx, held, probes);
      const isChanged = seen.created + seen.updated > 0;
      await advanceStream(tx, run, { cursor: null, isChanged, isOver, detail: null });
      const saved = await saveProgress(tx, run, {
        epoch,
        leaseMs: syncLimits.runLeaseMs,
        checkpoint,
        done: 0,
        total: null,
        created: seen.created,
        updated: seen.updated,
        unchanged: 0,
        isOver,
      });
      if (saved === null) throw new RunStopped();
      run.checkpoint = checkpoint;
    }),
  );
}

/** Out of sight before, and not there any more by what the service says now. */
const isLost = ({ link, object }: Probe): boolean =>
  object === null && link.state === 'inaccessible' && !hasLeft(link);

const isRenamed = (link: MissingLink, object: RemoteObject | null | undefined): boolean =>
  Boolean(object) && object?.externalId !== link.external_id;

async function rereadRenamed(tx: Tx, { run }: HeldRun, probes: Probe[]): Promise<void> {
  const renamed = probes.filter(({ link, object }) => isRenamed(link, object));
  if (renamed.length === 0) return;
  await requestReading(tx, {
    workspaceId: run.workspace_id,
    connectionId: run.connection_id,
    streamId: run.stream_id,
    kind: run.record_kind,
    refs: renamed.map(({ link }) => ({
      externalId: link.external_id,
      externalKey: link.external_key,
      scope: run.scope,
    })),
  });
}

/**
 * What says where it is was marked, or has gone over to another stream, as it was observed. Of the
 * others it is said once they stay away.
 */
async function keepOutOfSight(tx: Tx, { run }: HeldRun, probes: Probe[]): Promise<void> {
  const before = (run.checkpoint.generation ?? 0) - 1;
  const ids = (of: (probe: Probe) => boolean) => probes.filter(of).map(({ link }) => link.id);
  const closed = ids(({ link, object }) => object === undefined && !hasLeft(link));
  // Once can be chance: what is changed while pages are turned may slip from one to another.
  const left = ids(
    ({ link, object }) =>
      Boolean(object) &&
      !isRenamed(link, object) &&
      isSameScope(object?.scopeKey ?? run.scope_key, run.scope_key) &&
      link.seen_generation < before,
  );
  if (closed.length > 0) {
    const message = 'The service does not show this object any more; its last state is kept.';
    await setOutOfSight(tx, run, closed, { code: 'provider.forbidden', message });
  }
  if (left.length > 0) {
    await setOutOfSight(tx, run, left, leftScope);
  }
}
