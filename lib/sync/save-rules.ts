import { HubError, jsonEqual } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import type { MergePolicy } from '#lib/kinds/index';
import { checkRules, lensOf, newlyMapped } from './lens/index.ts';
import { syncLimits } from './limits.ts';
import {
  lockRules,
  type StreamRules,
  selectResource,
  wantSweep,
  writeRules,
} from './rules-store.ts';
import { type FieldRule, fieldRulesSchema } from './schema.ts';

/**
 * Gives a stream its rules. Nothing that is stored is rewritten: each link is looked at by the new
 * rules when it is next observed or about to be sent, and a sweep, due at once, comes by all of them.
 * Rules that are what they were raise no version. Answers the version that holds. Throws
 * `resource.conflict` where they were made from another version (`madeFrom`): what somebody else has
 * said meanwhile, in a mapping or by a choice that holds always, is not overwritten unseen.
 */
export async function saveRules(
  tx: Tx,
  input: {
    workspaceId: string;
    streamId: string;
    rules: readonly FieldRule[];
    userId?: string;
    madeFrom?: number | undefined;
  },
): Promise<number> {
  const before = await lockRules(tx, input.workspaceId, input.streamId);
  if (!before) throw new HubError('resource.not_found', 'There is no such stream.');
  if (input.madeFrom !== undefined && input.madeFrom !== before.version) {
    throw new HubError('resource.conflict', 'Somebody has changed these rules meanwhile.', {
      details: { errors: [{ field: 'rules_version', reason: 'is not the present one' }] },
    });
  }
  return putRules(tx, before, input);
}

/**
 * Who wins from now on where a field of a stream changed on both sides; null: as its kind says. No plan
 * is decided on it, so plans and flows stay as they are. Throws `request.invalid` for a side whose word
 * cannot stand: one that is never sent, or never taken.
 */
export async function setFieldPolicy(
  tx: Tx,
  input: {
    workspaceId: string;
    streamId: string;
    field: string;
    policy: MergePolicy | null;
    /** Fields of the service that can be written there; without it, all of them. */
    writable?: (connector: string, resource: string) => readonly string[];
    userId?: string;
  },
): Promise<number> {
  const before = await lockRules(tx, input.workspaceId, input.streamId);
  if (!before) throw new HubError('resource.not_found', 'There is no such stream.');
  const { field, policy } = input;
  const known = before.rules.find((rule) => rule.field === field);
  const direction = await directionOf(tx, before, input);
  const why = whyNoWord(direction, policy);
  if (why !== null) throw refusal(field, why);
  const plain = { field, side_field: field, direction, transform: null };
  const rules = known
    ? before.rules.map((rule) => (rule === known ? { ...rule, policy } : rule))
    : [...before.rules, { ...plain, policy }];
  return putRules(tx, before, { ...input, rules });
}

/** How the field travels: by its rule, as far as it can be written there. */
async function directionOf(
  tx: Tx,
  { kind, rules, streamId }: StreamRules,
  { workspaceId, field, writable }: Parameters<typeof setFieldPolicy>[1],
): Promise<FieldRule['direction']> {
  const lens = lensOf(kind, rules);
  const direction = lens.directionOf(field);
  const place = writable ? await selectResource(tx, workspaceId, streamId) : null;
  const isClosed =
    place !== null && !writable?.(place.connector, place.resource).includes(lens.sideOf(field));
  return direction === 'both' && isClosed ? 'in' : direction;
}

/** Why a side's word could not stand for always, in words; null when it can. Pure. */
function whyNoWord(direction: FieldRule['direction'], policy: MergePolicy | null): string | null {
  if (direction === 'none') return 'does not travel between here and there any more';
  if (policy === 'local_wins' && direction === 'in') {
    return 'only comes in from there, so what stands there always wins';
  }
  if (policy === 'remote_wins' && direction === 'out') {
    return 'only goes out, so what stands here always wins';
  }
  return null;
}

const refusal = (field: string, reason: string): HubError =>
  new HubError('request.invalid', `“${field}” ${reason}.`, {
    details: { errors: [{ field: 'always', reason: `“${field}” ${reason}` }] },
  });

async function putRules(
  tx: Tx,
  before: StreamRules,
  input: { workspaceId: string; rules: readonly FieldRule[]; userId?: string },
): Promise<number> {
  const rules = fieldRulesSchema.parse(input.rules);
  const faults = checkRules(before.kind, rules);
  if (Object.keys(faults).length > 0) {
    throw new HubError('request.invalid', 'The mapping cannot be used.', {
      details: { fields: faults },
    });
  }
  if (before.version > 0 && jsonEqual(before.rules, rules)) return before.version;
  const version = before.version + 1;
  const moved = newlyMapped(before.kind, before.rules, rules);
  await writeRules(tx, input.workspaceId, {
    ...before,
    rules,
    version,
    moved,
    superseded: before.rules,
    keep: syncLimits.pastRules,
    userId: input.userId ?? null,
  });
  if (moved.length > 0) {
    await wantSweep(tx, input.workspaceId, before.streamId);
    await wake(tx, 'runs');
  }
  return version;
}
