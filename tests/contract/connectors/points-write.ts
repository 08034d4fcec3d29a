import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import { isHubError } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import { copy, must, refusalOf } from './bench.ts';
import type { Point } from './points.ts';
import { eachStream, expectFields, kindOf } from './points-read.ts';

const writes = ({ connector }: { connector: { manifest: ConnectorManifest } }): boolean =>
  connector.manifest.resources.some(({ writable }) => writable.length > 0);

export const writePoints: Point[] = [
  {
    id: 'write',
    title: 'It writes the fields it was given and no other',
    isClaimed: writes,
    isProvable: ({ world }) => world.streams.some(({ write }) => write !== undefined),
    prove: eachStream(async (bench, stream) => {
      if (!stream.write) return;
      const { api } = bench.entry;
      const kind = kindOf(bench, stream);
      const { ref, fields } = await stream.write();
      const before = await api.read(bench.ctx(), stream.resource, ref);
      const answer = await api.update(bench.ctx(), stream.resource, ref, copy(fields));
      must(answer.ignored).toEqual([]);
      expectFields(kind, answer.object.fields, fields);
      const after = await api.read(bench.ctx(), stream.resource, ref);
      expectFields(kind, after?.fields ?? {}, fields);
      const moved = Object.keys(before?.fields ?? {}).filter(
        (field) =>
          !fieldsEqual(
            fieldRule(kind, field).comparator,
            before?.fields[field],
            after?.fields[field],
          ),
      );
      must(moved.filter((field) => fieldRule(kind, field).editable).sort()).toEqual(
        Object.keys(fields).sort(),
      );
    }),
  },
  {
    id: 'write_echo',
    title: 'Its own write, seen again, is the state the write answered with',
    isClaimed: writes,
    isProvable: ({ world }) => world.streams.some(({ write }) => write !== undefined),
    prove: eachStream(async (bench, stream) => {
      if (!stream.write) return;
      const { api } = bench.entry;
      const { ref, fields } = await stream.write();
      const { object } = await api.update(bench.ctx(), stream.resource, ref, copy(fields));
      const echo = await api.read(bench.ctx(), stream.resource, ref);
      if (stream.isRankedByReading) {
        must(echo?.rank).toBeGreaterThanOrEqual(object.rank);
        must(object.rankIsExact).toBe(false);
      } else {
        must(echo?.rank).toBe(object.rank);
        must(echo?.updatedAt).toBe(object.updatedAt);
      }
      expectFields(kindOf(bench, stream), echo?.fields ?? {}, object.fields);
    }),
  },
  {
    id: 'write_refused',
    title: 'A refused write names the field and changes nothing',
    isClaimed: writes,
    isProvable: ({ world }) => world.streams.some(({ refused }) => refused !== undefined),
    prove: eachStream(async (bench, stream) => {
      if (!stream.refused) return;
      const { api } = bench.entry;
      const { ref, fields, field } = await stream.refused();
      const before = await api.read(bench.ctx(), stream.resource, ref);
      const refusal = await refusalOf(api.update(bench.ctx(), stream.resource, ref, copy(fields)));
      must(refusal.code).toBe('provider.refused');
      const named = (refusal.details['fields'] ?? []) as { field: string; message: string }[];
      must(named.map((fault) => fault.field)).toContain(field);
      must(named.every(({ message }) => message !== '')).toBe(true);
      const after = await api.read(bench.ctx(), stream.resource, ref);
      must(after?.fields).toEqual(before?.fields);
    }),
  },
  {
    id: 'write_bounds',
    title: 'What cannot be expressed there is refused before a call',
    isClaimed: ({ connector: { manifest } }) =>
      manifest.resources.some(({ writableValues }) => Object.keys(writableValues).length > 0),
    isProvable: ({ world }) => world.streams.some(({ write }) => write !== undefined),
    prove: eachStream(async (bench, stream) => {
      const { resources } = bench.entry.connector.manifest;
      const resource = resources.find(({ name }) => name === stream.resource);
      for (const field of Object.keys(resource?.writableValues ?? {})) {
        if (!stream.write) continue;
        const { ref } = await stream.write();
        const asked = bench.calls.length;
        const act = bench.entry.api.update(bench.ctx(), stream.resource, ref, {
          [field]: 'no such value',
        });
        const refusal = await act.then(
          () => null,
          (error: unknown) => error,
        );
        must(isHubError(refusal) && refusal.code).toBe('provider.refused');
        must(bench.calls.length).toBe(asked);
      }
    }),
  },
];
