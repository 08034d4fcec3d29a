import { type JsonObject, jsonEqual } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { saveRules } from '#lib/sync/index';
import type { RemoteApi } from '../../../setup/fake-remote/remote-api.ts';
import type { Mapping } from './mappings.ts';
import type { Side, Trial } from './trial.ts';

/** What enabling a flow does: links of the same object at other sides come to the first side's record. */
export async function joinSides(trial: Trial): Promise<void> {
  const [first, ...others] = trial.sides;
  if (!first) return;
  for (const { connectionId } of others) {
    const rows = await trial.admin`
      update public.links o set record_id = l.record_id
      from public.links l join public.records r on r.id = l.record_id
      where l.connection_id = ${first.connectionId} and o.connection_id = ${connectionId}
        and o.external_id = l.external_id returning o.id, o.base, r.data`;
    const { mapping } = trial.side(connectionId);
    for (const row of rows) {
      const data = row['data'] as JsonObject;
      const read = mapping.read(row['base'] as JsonObject);
      const differ = Object.entries(data).filter(
        ([field, value]) => Object.hasOwn(read, field) && !jsonEqual(read[field], value),
      );
      const ours = trial.admin.json(Object.fromEntries(differ));
      await trial.admin`update public.links set ours = ${ours} where id = ${String(row['id'])}`;
    }
  }
}

/** Watches every write: it was written down before it was made, and no held field is in it. */
export function announced(
  trial: Trial,
  { connectionId }: Side,
  api: RemoteApi['api'],
): RemoteApi['api'] {
  return {
    ...api,
    create: async (ctx, resource, scope, fields, guard) => {
      const spoken = await trial.admin`select 1 from public.creations
        where id = ${guard.key} and state = 'sending' and sent is not null`;
      if (spoken.length === 0) trial.broken.push('an object was asked for that no row spoke of');
      if (!api.create) throw new Error('The service makes objects.');
      const answer = await api.create(ctx, resource, scope, fields, guard);
      await trial.beforeAnswer?.();
      return answer;
    },
    update: async (ctx, resource, ref, fields, guard) => {
      const [seen] = await trial.admin`
        select exists (select 1 from public.push_intents i, jsonb_object_keys(i.patch) f
            where i.link_id = l.id and i.id = ${guard?.key ?? null} and f = any(l.held)) as holds,
          exists (select 1 from public.push_intents i where i.link_id = l.id and i.id = ${guard?.key ?? null}) as announced
        from public.links l where l.connection_id = ${connectionId} and l.external_id = ${ref.externalId}`;
      if (seen?.['announced'] !== true) trial.broken.push('a call was made that no row spoke of');
      const { closed } = trial.side(connectionId).mapping;
      if (Object.keys(fields).some((field) => closed.includes(field)))
        trial.broken.push('P1 a field was sent that does not travel there');
      if (seen?.['holds'] === true) trial.broken.push('P6 a held field was sent');
      return api.update(ctx, resource, ref, fields, guard);
    },
  };
}

export async function giveRules(
  trial: Trial,
  streamId: string,
  { rules }: Mapping,
): Promise<number> {
  const { workspaceId } = trial.owner;
  if (rules.some(({ policy }) => policy === 'latest_wins')) await measureClocks(trial);
  return asUser(trial.at.web, trial.owner, (tx) => saveRules(tx, { workspaceId, streamId, rules }));
}

/** What the worker finds out from answers: how far the clock of each service is from ours. */
async function measureClocks({ admin, owner, sides }: Trial): Promise<void> {
  for (const { connectionId, remote } of sides) {
    await admin`
      insert into public.connection_clocks (connection_id, workspace_id, offset_ms, error_ms, measured_at)
      values (${connectionId}, ${owner.workspaceId}, ${remote.now - Date.now()}, 500, now())
      on conflict (connection_id) do update set offset_ms = excluded.offset_ms, measured_at = excluded.measured_at`;
  }
}
