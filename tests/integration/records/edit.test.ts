import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { patchRecord, readRecordHistory } from '#lib/records/index';
import type { RecordPatch } from '#lib/records/schema';
import {
  as,
  held,
  type Member,
  makeMember,
  makeWorld,
  observe,
  rules,
  settle,
  type World,
} from '../sync/world.ts';

let world: World;
let viewer: Member;
beforeAll(async () => {
  world = await makeWorld();
  viewer = await makeMember(world.admin, 'viewer', 'viewer', world.owner.workspaceId);
  world.service.seed(60);
  world.service.put('7', {
    title: 'Zebra crossing 50% off',
    body: 'A needle_in the hay',
    labels: ['Größe'],
  });
  await settle(world);
});
afterAll(() => world.close());

describe('an edit', () => {
  const patch = (recordId: string, body: RecordPatch, member: Member = world.owner) =>
    as(world, member, (tx) => patchRecord(tx, rules, { recordId, patch: body }));

  it('has one effect however often it is sent', async () => {
    const { record_id, version } = await held(world, '10');
    const body = { mutation_id: newId(), version, data: { title: 'Once' } };
    const first = await patch(record_id, body);
    expect(first).toMatchObject({ version: version + 1, data: { title: 'Once' } });
    expect(first.links[0]).toMatchObject({ state: 'dirty' });
    expect(await patch(record_id, body)).toMatchObject({ version: version + 1 });
    await patch(record_id, { mutation_id: newId(), version: version + 1, data: { title: 'Then' } });
    expect(await patch(record_id, body)).toMatchObject({
      version: version + 2,
      data: { title: 'Then' },
    });
    const both = { mutation_id: newId(), version: version + 2, data: { body: 'At once' } };
    const rows = await Promise.all([
      patch(record_id, both),
      patch(record_id, both),
      patch(record_id, both),
    ]);
    expect(rows.map((row) => row.version)).toEqual([version + 3, version + 3, version + 3]);
    const history = await as(world, world.owner, (tx) =>
      readRecordHistory(tx, { recordId: record_id }),
    );
    expect(history.changes.filter((change) => change.origin === 'user')).toHaveLength(3);
  });

  it('against an older version is merged, unless somebody else changed the same field', async () => {
    await settle(world);
    const { record_id, version } = await held(world, '11');
    await observe(world, [world.service.edit('11', { title: 'Changed there' })]);
    const merged = await patch(record_id, {
      mutation_id: newId(),
      version,
      data: { body: 'Ours' },
    });
    expect(merged.data).toMatchObject({ title: 'Changed there', body: 'Ours' });
    // One's own earlier edit is no contradiction.
    await patch(record_id, { mutation_id: newId(), version, data: { body: 'Ours again' } });
    await expect(
      patch(record_id, { mutation_id: newId(), version, data: { title: 'Clash', body: 'x' } }),
    ).rejects.toMatchObject({
      code: 'records.version_conflict',
      status: 409,
      details: { fields: ['title'], record: { id: record_id, data: { title: 'Changed there' } } },
    });
    await expect(
      patch(record_id, { mutation_id: newId(), version: 99, data: { body: 'From the future' } }),
    ).rejects.toMatchObject({ code: 'records.version_conflict' });
  });

  it('of what the service cannot take is refused by field, and changes nothing', async () => {
    const { record_id, version } = await held(world, '12');
    const cases = [
      [{ state: 'in_progress' }, 'records.field_invalid', 'state'],
      [{ body: 'nul \u0000' }, 'records.field_invalid', 'body'],
      [{ labels: ['\ud800'] }, 'records.field_invalid', 'labels'],
      [{ number: 5 }, 'records.field_read_only', 'number'],
      [{ made_up: 1 }, 'records.field_read_only', 'made_up'],
    ] as const;
    for (const [data, code, field] of cases) {
      const body = { mutation_id: newId(), version, data: data as unknown as RecordPatch['data'] };
      await expect(patch(record_id, body)).rejects.toMatchObject({
        code,
        details: { fields: { [field]: expect.any(String) as string } },
      });
    }
    const closed = { ...rules, writableFields: () => ['title'] };
    await expect(
      as(world, world.owner, (tx) =>
        patchRecord(tx, closed, {
          recordId: record_id,
          patch: { mutation_id: newId(), version, data: { body: 'No' } },
        }),
      ),
    ).rejects.toMatchObject({ code: 'records.field_read_only' });
    expect((await held(world, '12')).version).toBe(version);
  });

  it('that changes nothing writes nothing', async () => {
    const link = await held(world, '13');
    const data = {
      title: ` ${link.data['title'] as string} `,
      labels: link.data['labels'] as string[],
    };
    const row = await patch(link.record_id, { mutation_id: newId(), version: link.version, data });
    expect(row.version).toBe(link.version);
    expect((await held(world, '13')).state).toBe('synced');
  });

  it('is for editors, on living records of their own workspaces', async () => {
    const { record_id, version } = await held(world, '14');
    const body = () => ({ mutation_id: newId(), version, data: { title: 'Mine now' } });
    await expect(patch(record_id, body(), viewer)).rejects.toMatchObject({
      code: 'identity.forbidden',
    });
    await expect(patch(record_id, body(), world.stranger)).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    await expect(patch(newId(), body())).rejects.toMatchObject({ code: 'resource.not_found' });
    await observe(world, [world.service.remove('14')]);
    await expect(patch(record_id, body())).rejects.toMatchObject({ code: 'resource.conflict' });
  });
});
