import type { CreateManifest, RemoteRef, WriteResult } from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { type Bench, copy, must, refusalOf, scopeOf, walk } from './bench.ts';
import type { ContractEntry, ContractStream } from './contract-entry.ts';
import type { Point } from './points.ts';
import { eachStream, expectFields, kindOf } from './points-read.ts';
import { hasWebhook, hears, listen, readSent } from './points-webhook.ts';

const makes = ({ connector }: ContractEntry): boolean =>
  connector.manifest.resources.some(({ creates }) => creates);
const canBeAsked = ({ world }: Bench): boolean => world.streams.some(({ fresh }) => fresh);

function createsOf({ entry }: Bench, stream: ContractStream): CreateManifest | null {
  const { resources } = entry.connector.manifest;
  return resources.find(({ name }) => name === stream.resource)?.creates ?? null;
}

let turn = 0;
/** As the hub gives it: the same at every repetition of one creation. */
const newKey = (): string => {
  turn += 1;
  return `019ab000-0000-7000-8000-${String(turn).padStart(12, '0')}`;
};

interface Made {
  scope: JsonObject;
  fields: JsonObject;
  key: string;
  result: WriteResult;
  ref: RemoteRef;
}

async function make(bench: Bench, stream: ContractStream): Promise<Made> {
  const scope = await scopeOf(bench, stream);
  const { fields } = stream.fresh?.() ?? { fields: {} };
  const key = newKey();
  const result = await create(bench, stream, scope, fields, key);
  const { externalId, externalKey } = result.object;
  return { scope, fields, key, result, ref: { externalId, externalKey, scope } };
}

function create(
  bench: Bench,
  { resource }: ContractStream,
  scope: JsonObject,
  fields: JsonObject,
  key: string,
): Promise<WriteResult> {
  const made = bench.entry.api.create?.(bench.ctx(), resource, scope, copy(fields), { key });
  if (!made) throw new Error('Nothing can be made');
  return made;
}

/** For streams in which something can be made. */
const eachMaking = (prove: (bench: Bench, stream: ContractStream) => Promise<void>) =>
  eachStream(async (bench, stream) => {
    if (stream.fresh && createsOf(bench, stream)) await prove(bench, stream);
  });

const listed = async (bench: Bench, stream: ContractStream, title: unknown): Promise<string[]> =>
  (await walk(bench, stream)).objects
    .filter(({ fields }) => fields['title'] === title)
    .map(({ externalId }) => externalId);

/** Everything an error would show to whoever prints it. */
const shown = (error: unknown): string =>
  isHubError(error)
    ? `${error.message} ${JSON.stringify(error.details ?? {})} ${error.stack ?? ''} ${shown(error.cause)}`
    : String(error);

export const createPoints: Point[] = [
  {
    id: 'create',
    title: 'An object made from here is there once, with the fields it was given',
    isClaimed: makes,
    isProvable: canBeAsked,
    prove: eachMaking(async (bench, stream) => {
      const kind = kindOf(bench, stream);
      const { fields, result, ref } = await make(bench, stream);
      must(result.ignored).toEqual([]);
      expectFields(kind, result.object.fields, fields);
      const seen = await bench.entry.api.read(bench.ctx(), stream.resource, ref);
      expectFields(kind, seen?.fields ?? {}, result.object.fields);
      must(await stream.all()).toContain(ref.externalId);
      must(await listed(bench, stream, fields['title'])).toEqual([ref.externalId]);
      const least = createsOf(bench, stream)?.required ?? [];
      const bare = Object.fromEntries(
        Object.entries(stream.fresh?.().fields ?? {}).filter(([field]) => least.includes(field)),
      );
      const { object } = await create(bench, stream, ref.scope, bare, newKey());
      expectFields(kind, object.fields, bare);
    }),
  },
  {
    id: 'create_found',
    title: 'One whose answer was lost is found again, and nothing else is taken for it',
    isClaimed: makes,
    isProvable: canBeAsked,
    prove: eachMaking(async (bench, stream) => {
      const { api } = bench.entry;
      const since = new Date().toISOString();
      const { key, scope, fields, ref } = await make(bench, stream);
      const find = async (sent: { key: string; fields: JsonObject }) =>
        (await api.findCreated?.(bench.ctx(), stream.resource, scope, { ...sent, since }))?.map(
          ({ externalId }) => externalId,
        );
      must(await find({ key, fields })).toEqual([ref.externalId]);
      must(await find({ key: newKey(), fields: stream.fresh?.().fields ?? {} })).toEqual([]);
    }),
  },
  {
    id: 'create_keyed',
    title: 'Asked twice by one key, it makes one object',
    isClaimed: ({ connector: { manifest } }) =>
      manifest.resources.some(({ creates }) => creates?.isKeyed === true),
    isProvable: canBeAsked,
    prove: eachMaking(async (bench, stream) => {
      if (!createsOf(bench, stream)?.isKeyed) return;
      const { key, scope, fields, ref } = await make(bench, stream);
      const again = await create(bench, stream, scope, fields, key);
      must(again.object.externalId).toBe(ref.externalId);
      must(await listed(bench, stream, fields['title'])).toEqual([ref.externalId]);
    }),
  },
  {
    id: 'create_taken_back',
    title: 'One that was made is taken back as the manifest says, once and again',
    isClaimed: makes,
    isProvable: canBeAsked,
    prove: eachMaking(async (bench, stream) => {
      const { api } = bench.entry;
      const { ref } = await make(bench, stream);
      const untouched = await make(bench, stream);
      await api.takeBack?.(bench.ctx(), stream.resource, ref);
      await api.takeBack?.(bench.ctx(), stream.resource, ref);
      const left = await api.read(bench.ctx(), stream.resource, ref);
      const isGone = left === null || left.deleted;
      const isClosed = ['done', 'cancelled'].some((state) => state === left?.fields['state']);
      must(createsOf(bench, stream)?.takeBack === 'close' ? isClosed : isGone).toBe(true);
      const other = await api.read(bench.ctx(), stream.resource, untouched.ref);
      must(other?.fields).toEqual(untouched.result.object.fields);
    }),
  },
  {
    id: 'create_refused',
    title: 'What it refuses to make names the field, and nothing is made',
    isClaimed: makes,
    isProvable: ({ world }) => world.streams.some(({ refusedFresh }) => refusedFresh),
    prove: eachMaking(async (bench, stream) => {
      const scope = await scopeOf(bench, stream);
      const before = (await stream.all()).length;
      const ask = async (fields: JsonObject, field: string): Promise<void> => {
        const refusal = await refusalOf(create(bench, stream, scope, fields, newKey()));
        must(refusal.code).toBe('provider.refused');
        const named = (refusal.details['fields'] ?? []) as { field: string; message: string }[];
        must(named.map((fault) => fault.field)).toContain(field);
        must(named.every(({ message }) => message !== '')).toBe(true);
      };
      const refused = stream.refusedFresh?.();
      if (refused) await ask(refused.fields, refused.field);
      for (const field of createsOf(bench, stream)?.required ?? []) {
        const { [field]: _left, ...rest } = stream.fresh?.().fields ?? {};
        await ask(rest, field);
      }
      must((await stream.all()).length).toBe(before);
    }),
  },
  {
    id: 'create_told',
    title: 'A webhook tells of what was made, by the id the answer gave it',
    isClaimed: (entry) => makes(entry) && hasWebhook(entry),
    isProvable: (bench) => canBeAsked(bench) && hears(bench),
    prove: eachMaking(async (bench, stream) => {
      await listen(bench, stream);
      const scope = await scopeOf(bench, stream);
      const { fields, told } = stream.fresh?.() ?? { fields: {}, told: '' };
      const { object } = await create(bench, stream, scope, fields, newKey());
      const sent = await bench.world.webhooks?.next(told);
      if (!sent) throw new Error('No webhook came');
      const parsed = await readSent(bench, stream, sent);
      must(parsed.scopeKey).toBe(stream.scopeKey);
      const ids = [...parsed.objects, ...parsed.refetch].map(({ externalId }) => externalId);
      must(ids).toContain(object.externalId);
    }),
  },
  {
    id: 'create_secret',
    title: 'No error of making one holds the credential',
    isClaimed: makes,
    isProvable: canBeAsked,
    prove: eachMaking(async (bench, stream) => {
      const { api } = bench.entry;
      const { credential, wrongCredential } = bench.world;
      const scope = await scopeOf(bench, stream);
      const fields = stream.refusedFresh?.().fields ?? {};
      const guard = { key: newKey() };
      for (const used of [credential, wrongCredential]) {
        const outcome: unknown = await api
          .create?.(bench.ctx(used), stream.resource, scope, copy(fields), guard)
          .catch((error: unknown) => error);
        must(isHubError(outcome)).toBe(true);
        must(shown(outcome)).not.toContain(used);
      }
    }),
  },
];
