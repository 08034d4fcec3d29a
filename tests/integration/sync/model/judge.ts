import { compareSides, hiddenPlaces } from './compare-sides.ts';
import { endedEdits, lostUpdates, needlessQuestions } from './lost-writes.ts';
import { settle, sweepAll } from './settle.ts';
import type { Trial } from './trial.ts';

/** Faults stop, everything settles, and the promises are looked at one by one. */
export async function judge(trial: Trial): Promise<string[]> {
  for (const { api } of trial.sides) api.faults = [];
  await trial.admin`update public.streams set phase = 'live', resyncs = 0, next_poll_at = now()
    where workspace_id = ${trial.owner.workspaceId} and phase = 'failed'`;
  await trial.letTimePass();
  const broken: string[] = [];
  // Polls alone find every change of what is there.
  if (!(await settle(trial))) broken.push('P3 the hub never comes to rest');
  broken.push(...(await compareSides(trial, false)));
  await sweepAll(trial);
  if (!(await settle(trial))) broken.push('P3 the hub never comes to rest after a sweep');
  broken.push(...(await compareSides(trial, true)));
  broken.push(...(await lostUpdates(trial)));
  broken.push(...(await endedEdits(trial)));
  broken.push(...(await needlessQuestions(trial)));
  broken.push(...(await lateDeliveries(trial)));
  broken.push(...(await hiddenPlaces(trial)));
  broken.push(...(await positions(trial)));
  broken.push(...(await afterlife(trial)));
  return broken;
}

/** P3 and P4: after the end, webhooks late, twice and backwards change nothing and nothing is written. */
async function lateDeliveries(trial: Trial): Promise<string[]> {
  const count = async () => {
    const [row] = await trial.admin`select count(*)::int as n from public.change_log
      where workspace_id = ${trial.owner.workspaceId}`;
    return Number(row?.['n']);
  };
  const writes = () => trial.sides.map(({ remote }) => remote.writes.length).join(' ');
  const before = { changes: await count(), writes: writes() };
  const known = await knownIds(trial);
  for (const side of trial.sides) {
    // Of what was gone before anybody here knew it no order tells that it is.
    const sent = side.remote.sent.filter(({ externalId }) =>
      known.has(`${side.connectionId} ${externalId}`),
    );
    await trial.observe(side, ...structuredClone([...sent, ...sent.toReversed()]));
  }
  await sweepAll(trial);
  await settle(trial);
  const broken: string[] = [];
  if ((await count()) !== before.changes) broken.push('P4 a late webhook changed a record');
  if (writes() !== before.writes) broken.push('P3 a write after the end');
  return broken;
}

/** Every id an object has or had, as far as the hub was ever told. */
async function knownIds({ admin, owner }: Trial): Promise<ReadonlySet<string>> {
  const rows = await admin<{ id: string }[]>`
    select connection_id || ' ' || external_id as id from public.links
      where workspace_id = ${owner.workspaceId}
    union all select connection_id || ' ' || old_external_id from public.link_aliases
      where workspace_id = ${owner.workspaceId}`;
  return new Set(rows.map(({ id }) => id));
}

async function positions(trial: Trial): Promise<string[]> {
  const [log] = await trial.admin`
    select count(*)::int as n, coalesce(max(position), 0)::int as last, count(distinct position)::int as distinct
    from public.change_log where workspace_id = ${trial.owner.workspaceId}`;
  const isWhole = log?.['n'] === log?.['last'] && log?.['n'] === log?.['distinct'];
  return isWhole ? [] : ['the positions of the log have gaps'];
}

/** P4: between its end and its return nothing happens to a record. */
async function afterlife(trial: Trial): Promise<string[]> {
  const log = await trial.admin`
    select record_id, op, lag(op) over (partition by record_id order by version) as before
    from public.change_log where workspace_id = ${trial.owner.workspaceId}`;
  const late = log.filter((row) => row['before'] === 'delete' && row['op'] !== 'restore');
  return late.length > 0 ? ['P4 a record changed after its end'] : [];
}
