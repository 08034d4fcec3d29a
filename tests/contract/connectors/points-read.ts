import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import {
  contactDataSchema,
  defaultsOf,
  fieldRule,
  fieldsEqual,
  type Kind,
  messageDataSchema,
  paymentDataSchema,
  taskDataSchema,
} from '#lib/kinds/index';
import { type Bench, copy, must, pollAll, refusalOf, scopeOf, until, walk } from './bench.ts';
import type { ContractStream } from './contract-entry.ts';
import type { Point } from './points.ts';
import { calls } from './points-access.ts';

const schemas = {
  task: taskDataSchema,
  message: messageDataSchema,
  contact: contactDataSchema,
  payment: paymentDataSchema,
};

export function kindOf(bench: Bench, stream: ContractStream): Kind {
  const { resources } = bench.entry.connector.manifest;
  const resource = resources.find(({ name }) => name === stream.resource);
  if (!resource) throw new Error(`The manifest has no ${stream.resource}`);
  return resource.kind;
}

/** The fields that are expected are there; the connector may know more. */
export function expectFields(kind: Kind, seen: JsonObject, expected: JsonObject): void {
  const differ = Object.entries(expected).filter(
    ([field, value]) => !fieldsEqual(fieldRule(kind, field).comparator, seen[field], value),
  );
  must(differ.map(([field, value]) => [field, { seen: seen[field], expected: value }])).toEqual([]);
}

function checkObject(kind: Kind, object: RemoteObject): void {
  const data = { ...defaultsOf(kind), ...object.fields };
  const schema = schemas[kind as keyof typeof schemas];
  must(schema.safeParse(data).error?.issues ?? []).toEqual([]);
  must(Object.keys(object.fields).filter((field) => !(field in defaultsOf(kind)))).toEqual([]);
  must(Number.isFinite(object.rank)).toBe(true);
  must(object.updatedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  must(object.externalId).not.toBe('');
  must(Object.keys(object.raw)).not.toEqual([]);
  must(copy(object)).toEqual(object);
}

/** Somebody else's change, told by a poll; ranks never go back. */
async function provePolled(bench: Bench, stream: ContractStream): Promise<void> {
  const { cursor, objects } = await walk(bench, stream);
  const settled = await pollAll(bench, stream, cursor);
  const changed = await stream.change();
  const kind = kindOf(bench, stream);
  let at = settled.cursor;
  const seen = await until(async () => {
    const news = await pollAll(bench, stream, at);
    at = news.cursor;
    return news.objects.findLast(({ externalId }) => externalId === changed.externalId) ?? null;
  }, 'Seeing the change');
  expectFields(kind, seen.fields, changed.fields);
  const before = objects.find(({ externalId }) => externalId === changed.externalId);
  if (before) must(seen.rank).toBeGreaterThanOrEqual(before.rank);
  if (before && seen.rank === before.rank) must(seen.rankIsExact).toBe(false);
}

/** Every stream of the world, one after the other. */
export const eachStream =
  (prove: (bench: Bench, stream: ContractStream) => Promise<void>) =>
  async (bench: Bench): Promise<void> => {
    for (const stream of bench.world.streams) await prove(bench, stream);
  };

const always = () => true;

/** Tasks live in one project or another; what a person defined, or what has one place, does not move. */
const canMove: Point['isClaimed'] = ({ connector }) =>
  connector.define === undefined &&
  connector.manifest.resources.some(({ kind }) => kind === 'task');

export const readPoints: Point[] = [
  {
    id: 'scopes',
    title: 'It shows what a stream can follow',
    isClaimed: ({ connector }) => connector.define === undefined,
    isProvable: always,
    prove: eachStream(async (bench, stream) => {
      const options = await bench.entry.api.scopes(bench.ctx(), stream.resource);
      const keys = options.map(({ key }) => key);
      must(keys).toContain(stream.scopeKey);
      must(new Set(keys).size).toBe(keys.length);
      must(options.every(({ title }) => title !== '')).toBe(true);
    }),
  },
  {
    id: 'backfill',
    title: 'A full read finds everything once, page by page',
    isClaimed: calls,
    isProvable: always,
    prove: eachStream(async (bench, stream) => {
      const { pages, objects } = await walk(bench, stream);
      const found = objects.map(({ externalId }) => externalId).sort();
      must(found).toEqual((await stream.all()).sort());
      must(pages.length).toBeGreaterThan(1);
      must(pages.flatMap(({ faults }) => faults)).toEqual([]);
      for (const object of objects) checkObject(kindOf(bench, stream), object);
    }),
  },
  {
    id: 'backfill_resumes',
    title: 'A full read that was cut off goes on where it was',
    isClaimed: calls,
    isProvable: always,
    prove: eachStream(async (bench, stream) => {
      const scope = await scopeOf(bench, stream);
      const read = (from: JsonObject | null) =>
        bench.entry.api.backfill(bench.ctx(), stream.resource, scope, from);
      const first = await read(null);
      must(first.next).not.toBeNull();
      const [once, again] = [await read(copy(first.next)), await read(copy(first.next))];
      const ids = (page: typeof once) => page.objects.map(({ externalId }) => externalId);
      must(ids(once)).toEqual(ids(again));
      must(ids(once)).not.toEqual([]);
      must(ids(once).filter((id) => ids(first).includes(id))).toEqual([]);
    }),
  },
  {
    id: 'poll_quiet',
    title: 'A poll with nothing new is short and changes nothing',
    isClaimed: calls,
    isProvable: always,
    prove: eachStream(async (bench, stream) => {
      const { cursor, objects } = await walk(bench, stream);
      const known = new Map(objects.map((object) => [object.externalId, object.fields]));
      let at = (await pollAll(bench, stream, cursor)).cursor;
      const asked = bench.calls.length;
      const quiet = await pollAll(bench, stream, at);
      at = quiet.cursor;
      must(quiet.pages).toHaveLength(1);
      must(bench.calls.length - asked).toBeLessThanOrEqual(3);
      const kind = kindOf(bench, stream);
      for (const { externalId, fields } of quiet.objects) {
        expectFields(kind, fields, known.get(externalId) ?? { unknown: externalId });
      }
    }),
  },
  {
    id: 'poll_change',
    title: 'A poll tells what somebody else changed',
    isClaimed: calls,
    isProvable: always,
    prove: eachStream(provePolled),
  },
  {
    id: 'read',
    title: 'One object can be read again',
    isClaimed: calls,
    isProvable: always,
    prove: eachStream(async (bench, stream) => {
      const { externalId, fields } = await stream.change();
      const { objects } = await walk(bench, stream);
      const seen = objects.find((object) => object.externalId === externalId);
      const scope = await scopeOf(bench, stream);
      const ref = { externalId, externalKey: seen?.externalKey ?? null, scope };
      const read = await bench.entry.api.read(bench.ctx(), stream.resource, ref);
      must(read?.externalId).toBe(externalId);
      expectFields(kindOf(bench, stream), read?.fields ?? {}, fields);
    }),
  },
  {
    id: 'read_gone',
    title: 'Gone is told from out of sight',
    isClaimed: calls,
    isProvable: ({ world }) => world.streams.some(({ remove }) => remove !== undefined),
    prove: eachStream(async (bench, stream) => {
      if (!stream.remove) return;
      const { told: _, ...ref } = await stream.remove();
      const { api } = bench.entry;
      const read = await api.read(bench.ctx(), stream.resource, ref);
      must(read === null || read.deleted).toBe(true);
      const blind = bench.ctx(bench.world.wrongCredential);
      must((await refusalOf(api.read(blind, stream.resource, ref))).code).toMatch(/^provider\./);
    }),
  },
  {
    id: 'read_moved',
    title: 'Moved to another place is told from gone',
    isClaimed: canMove,
    isProvable: ({ world }) => world.streams.some(({ move }) => move !== undefined),
    prove: eachStream(async (bench, stream) => {
      if (!stream.move) return;
      const { told: _, scopeKey, newId, ...ref } = await stream.move();
      const { api } = bench.entry;
      const read = await api.read(bench.ctx(), stream.resource, ref);
      must(read).toMatchObject({ externalId: newId, scopeKey, deleted: false });
      const { objects } = await walk(bench, stream);
      must(objects.map(({ externalId }) => externalId)).not.toContain(newId);
      const many = await api.readMany?.(bench.ctx(), stream.resource, [ref]);
      if (many) must(many[0]?.scopeKey).toBe(scopeKey);
    }),
  },
];
