import { githubApi } from '#lib/connectors/github/api';
import { github } from '#lib/connectors/github/index';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { type JsonObject, newId } from '#lib/core/index';
import { connect, type Db, json, type Tx, transaction } from '#lib/db/index';
import { observeObjects } from '#lib/sync/index';
import { issueJson } from '../../tests/fixtures/github/issue.ts';
import {
  type OwnPostgres,
  startOwnPostgres,
} from '../../tests/integration/worker/worker-process.ts';
import { compare, type Result } from './figures.ts';

const rows = 100_000;
const changed = 10_000;
/** As many as a page of a service has: how the hub meets them. */
const pageRows = 100;
const rounds = 5;
const bar = 0.6;
const scope = { owner: 'northwind', repo: 'api' };

interface Place {
  workspaceId: string;
  connectionId: string;
  streamId: string;
}

/** Issues as the service shows them in their nth state; every tenth of all, beginning at another one each time. */
async function statesOf(state: number): Promise<RemoteObject[]> {
  const step = rows / changed;
  const raws = Array.from({ length: changed }, (_, index) =>
    issueJson({
      number: 1 + index * step + (state % step),
      title: `Issue ${index}, state ${state}`,
      updated_at: new Date(Date.UTC(2026, 3, 23, 8, state)).toISOString(),
    }),
  );
  const objects: RemoteObject[] = [];
  for (let from = 0; from < raws.length; from += pageRows) {
    const page = raws.slice(from, from + pageRows);
    const answer = {
      status: 200,
      headers: new Headers(),
      json: page,
      etag: null,
      clockOffsetMs: null,
    };
    const ctx = {
      http: { send: () => Promise.resolve(answer) },
      signal: new AbortController().signal,
    };
    objects.push(...(await githubApi.backfill(ctx, 'issues', scope, null)).objects);
  }
  return objects;
}

const writable = github.manifest.resources.find(({ name }) => name === 'issues')?.writable ?? [];

/** What the hub does with them: ranks, three-way merge, links, log, in a transaction a page. */
async function ours(db: Db, place: Place, objects: RemoteObject[]): Promise<number> {
  const began = performance.now();
  for (let from = 0; from < objects.length; from += pageRows) {
    const page = objects.slice(from, from + pageRows);
    await transaction(db, (tx) =>
      observeObjects(tx, {
        ...place,
        kind: 'task',
        objects: page,
        source: { type: 'poll' },
        writable,
      }),
    );
  }
  return performance.now() - began;
}

/**
 * The same rows by somebody who asks nothing (the newest state is right, whoever edited what): one
 * statement a page, which is four times as quick as a single one for all of them.
 */
async function statement(db: Db, place: Place, objects: RemoteObject[]): Promise<number> {
  const began = performance.now();
  for (let from = 0; from < objects.length; from += pageRows) {
    const page = objects.slice(from, from + pageRows);
    const input = page.map(({ externalId, rank, fields, raw, updatedAt }) => ({
      external_id: externalId,
      rank,
      fields,
      raw,
      updated_at: updatedAt,
    }));
    await transaction(db, (tx) => writeAll(tx, place, input));
  }
  return performance.now() - began;
}

async function writeAll(
  tx: Tx,
  place: Place,
  input: (JsonObject & { external_id: string })[],
): Promise<void> {
  const ids = input.map((row) => row.external_id);
  await tx`
    with input as materialized (
      select * from jsonb_to_recordset(${json(tx, input)}::jsonb) as x(
        external_id text, rank bigint, fields jsonb, raw jsonb, updated_at timestamptz)
    ), known as materialized (
      select i.*, l.id as link_id, l.record_id, r.data, r.version
      from public.links l
      join public.records r on r.workspace_id = l.workspace_id and r.id = l.record_id
      join input i on i.external_id = l.external_id and i.rank > l.remote_rank
      where l.connection_id = ${place.connectionId} and l.kind = 'task' and l.external_id = any(${ids})
      for update of r, l
    ), recorded as (
      update public.records r set data = k.data || k.fields, version = k.version + 1, updated_at = k.updated_at
      from known k where r.id = k.record_id
    ), linked as (
      update public.links l set base = k.fields, raw = k.raw, remote_rank = k.rank, observed_at = clock_timestamp()
      from known k where l.id = k.link_id
    )
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, connection_id, fields, diff)
    select ${place.workspaceId}, k.record_id, 'task', k.version + 1, 'update', 'connection', ${place.connectionId},
      array(select jsonb_object_keys(d.diff)), d.diff
    from known k cross join lateral (
      select jsonb_object_agg(f.key, jsonb_build_array(k.data -> f.key, f.value)) as diff
      from jsonb_each(k.fields) f where k.data -> f.key is distinct from f.value) d`;
}

async function seed({ admin }: OwnPostgres): Promise<Place> {
  const [workspaceId, connectionId, streamId] = [newId(), newId(), newId()];
  const ids = [workspaceId, connectionId, streamId];
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Bench', 'bench')`;
  await admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, 'github', '1', 'mara', 'active')`;
  await admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope_key, scope, phase)
    values (${ids[2] ?? ''}, ${workspaceId}, ${connectionId}, 'issues', 'task', 'northwind/api', 'northwind/api',
      ${admin.json(scope)}, 'live')`;
  return { workspaceId, connectionId, streamId };
}

/** All of them as they are at first, by the hub's own way in. */
async function fill(db: Db, place: Place): Promise<void> {
  for (let state = 0; state < rows / changed; state += 1) {
    await ours(db, place, await statesOf(state));
  }
}

export async function upsertBench(): Promise<Result[]> {
  const postgres = await startOwnPostgres();
  const db = connect({ url: postgres.urls.workerUrl, name: 'bench-upsert', max: 2 });
  const perSecond = (ms: number): number => (changed * 1_000) / ms;
  const rates = { ours: [] as number[], statement: [] as number[] };
  try {
    const place = await seed(postgres);
    await fill(db, place);
    await postgres.admin`vacuum analyze`;
    let state = rows / changed;
    const next = async () => {
      state += 1;
      return statesOf(state);
    };
    for (let round = 0; round < rounds; round += 1) {
      const turns = [
        async () => rates.ours.push(perSecond(await ours(db, place, await next()))),
        async () => rates.statement.push(perSecond(await statement(db, place, await next()))),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
      await postgres.admin`vacuum analyze public.records, public.links, public.change_log`;
    }
  } finally {
    await db.end();
    await postgres.close();
  }
  return [
    compare({
      bench: `upsert: ${changed} of ${rows} rows changed (bar ${bar})`,
      against: 'statement',
      ours: rates.ours,
      reference: rates.statement,
      share: 0.5,
      unit: 'rows/s',
    }),
  ];
}
