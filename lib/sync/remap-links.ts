import type { JsonObject } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { lockKnown, noteLensVersions } from './known-store.ts';
import { lensOf } from './lens/index.ts';
import { syncLimits } from './limits.ts';
import { applyWrites, databaseTime, type Origin, writeConflicts } from './observe-store.ts';
import { isBehind, planRemap } from './plan-remap.ts';
import type { Circumstances, KnownLink } from './planned-writes.ts';
import { type HeldLink, lockLink } from './push-store.ts';
import type { Push } from './push-target.ts';
import { selectPast } from './rules-store.ts';
import type { FieldRule } from './schema.ts';

/** lockKnown, with every link looked at by the rules of today. Costs more only after they changed. */
export async function lockMapped(
  tx: Tx,
  origin: Origin,
  externalIds: string[],
  readAt: string | null,
  given: Circumstances,
  shown: ReadonlyMap<string, JsonObject> = new Map(),
): Promise<KnownLink[]> {
  const known = await lockKnown(tx, origin, externalIds, readAt, shown);
  const behind = known.filter(isBehind);
  if (behind.length === 0) return known;
  await remapLinks(tx, origin, behind, given);
  // What was read is as new as before: looking at a link anew observes nothing.
  const read = new Set(known.filter((link) => link.is_read_since).map((link) => link.link_id));
  const now = await lockKnown(tx, origin, externalIds, readAt, shown);
  return now.map((link) => ({ ...link, is_read_since: read.has(link.link_id) }));
}

/** lockLink, likewise; for whoever is about to send what the link owes. */
export async function lockMappedLink(
  tx: Tx,
  { link: { workspace_id: workspaceId, id }, writable }: Push,
  epoch: number,
): Promise<HeldLink | null> {
  const link = await lockLink(tx, workspaceId, id, epoch);
  if (!link || link.remapped.length === 0) return link;
  const origin: Origin = {
    workspaceId,
    connectionId: link.connection_id,
    streamId: link.stream_id,
    kind: link.kind,
    runId: null,
    reason: null,
    eventOf: () => null,
  };
  const given = {
    kind: link.kind,
    writable,
    isAnswer: false,
    isEcho: false,
    answersIntent: null,
  };
  await lockMapped(tx, origin, [link.external_id], null, given);
  return lockLink(tx, workspaceId, id, epoch);
}

/** The rules a link was last looked at by; null when they are not known any more. */
function rulesAt(past: { version: number; rules: FieldRule[] }[], version: number) {
  const [oldest] = past;
  const isForgotten = past.length >= syncLimits.pastRules && oldest && version < oldest.version;
  return isForgotten ? null : (past.find((one) => one.version >= version)?.rules ?? null);
}

/** `before`: the rules until now, by link, where they are not those of the link's stream. */
export async function remapLinks(
  tx: Tx,
  origin: Origin,
  behind: KnownLink[],
  given: Circumstances,
  before: ReadonlyMap<string, readonly FieldRule[]> = new Map(),
): Promise<void> {
  const now = await databaseTime(tx);
  const streamIds = [...new Set(behind.map((link) => link.stream_id))];
  const past = await selectPast(tx, origin.workspaceId, streamIds);
  const plans = behind.map((link) => {
    const rules =
      before.get(link.link_id) ?? rulesAt(past.get(link.stream_id) ?? [], link.lens_version);
    const lens = rules && lensOf(given.kind, rules);
    const { references } = link;
    const named = lens && references ? lens.naming(given.kind, references) : lens;
    return planRemap(link, given, { now, before: named });
  });
  const records = plans.flatMap(({ record }, at) =>
    record ? { ...record, stream_id: behind[at]?.stream_id ?? origin.streamId } : [],
  );
  const links = plans.flatMap(({ link }) => link ?? []);
  const conflicts = plans.flatMap((plan) => plan.conflicts);
  const settled = plans.flatMap((plan) => plan.settled);
  await applyWrites(
    tx,
    { ...origin, reason: 'remapped' },
    records.map((record) => ({ ...record, inbox_event_id: null })),
    links,
  );
  if (conflicts.length + settled.length > 0) await writeConflicts(tx, origin, conflicts, settled);
  await noteLensVersions(
    tx,
    origin,
    behind.map((link) => ({ id: link.link_id, version: link.rules_version })),
  );
  const isOwed = links.some((link) => link.state === 'dirty');
  if (isOwed || plans.some((plan) => plan.tellsOthers)) await wake(tx, 'push');
}
