import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { lineageSchema, type MissingCheck } from '#lib/hub/schema';
import { lineageUseCases } from '#lib/hub/web-lineage';
import { startRun, updateStream } from '#lib/sync/index';
import {
  as,
  editRecord,
  held,
  makeWorld,
  observe,
  rules,
  settle,
  sweep,
  type World,
} from '../sync/world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  world.service.seed(8);
  await settle(world);
});
afterAll(() => world.close());

type Session = Parameters<ReturnType<typeof lineageUseCases>['ofField']>[0];
const lineage = () =>
  lineageUseCases({ asBearer: (session, work) => as(world, session as never, work) }, rules);
const session = () => world.owner as unknown as Session;

const why = async (externalId: string, field: string) => {
  const { record_id } = await held(world, externalId);
  const told = await lineage().ofField(session(), { recordId: record_id, field });
  // What a browser cannot read is told to nobody.
  return lineageSchema.parse(told);
};
const missing = (wanted: { externalKey?: string; url?: string; externalId?: string }) =>
  lineage().ofMissing(session(), {
    workspaceId: world.owner.workspaceId,
    connectionId: world.connectionId,
    externalKey: null,
    url: null,
    externalId: null,
    ...wanted,
  });
const codesOf = (checks: readonly MissingCheck[]) => checks.map(({ code }) => code);

async function insertEvent(status: string, body: string, outcome: string | null = null) {
  const id = newId();
  await world.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id,
      headers, body, verdict, status, outcome)
    values (${id}, ${world.owner.workspaceId}, ${world.connectionId}, ${newId()}, 'fake', 'issues', ${id}, '{}',
      ${Buffer.from(body)}, 'verified', ${status}, ${outcome})`;
  return id;
}

describe('why a value is here', () => {
  it('begins with who set it, and ends with who is owed it', async () => {
    await editRecord(world, '1', { title: 'Set here' });
    const owed = await why('1', 'title');
    expect(owed).toMatchObject({ value: 'Set here', field: 'title' });
    expect(owed.steps.map(({ code }) => code)).toEqual(['set', 'service', 'owed']);
    expect(owed.steps[0]).toMatchObject({ text: 'one set it here.' });
    expect(owed.steps[1]).toMatchObject({ value: 'Issue 1' });
    expect(owed.steps[2]?.text).toContain('still to be told');
    await settle(world);
    const told = await why('1', 'title');
    expect(told.steps[1]?.text).toContain('has the same');
    expect(told.steps.at(-1)?.text).toContain('accepted it');
    expect(told.steps.at(-1)?.refs.push_id).toBeDefined();
  });

  it('names the reading that brought it, and what came with the record', async () => {
    world.service.edit('2', { body: 'From a poll' });
    await world.admin`update public.streams set next_poll_at = now()`;
    await settle(world);
    const body = await why('2', 'body');
    expect(body.steps[0]).toMatchObject({ code: 'set', refs: { run_id: expect.any(String) } });
    expect(body.steps[0]?.text).toContain('in a poll');
    const title = await why('2', 'title');
    expect(title.steps[0]).toMatchObject({ code: 'made' });
    expect(title.steps[0]?.text).toContain('in the first reading');
  });

  it('tells of a decision and of the rules of the stream', async () => {
    await editRecord(world, '3', { title: 'Ours' });
    await observe(world, [world.service.edit('3', { title: 'Theirs' })]);
    await world.admin`
      insert into public.stream_rules (stream_id, workspace_id, rules)
      values (${world.streamId}, ${world.owner.workspaceId}, ${world.admin.json([
        { field: 'title', side_field: 'title', direction: 'in', policy: null, transform: null },
      ])})`;
    const steps = (await why('3', 'title')).steps;
    await world.admin`delete from public.stream_rules`;
    expect(steps.map(({ code }) => code)).toEqual(['set', 'conflict', 'rule', 'service', 'owed']);
    expect(steps[1]?.text).toContain('nobody has decided');
    expect(steps[2]?.text).toContain('never written there');
    expect(steps[4]?.text).toContain('before somebody has decided');
  });

  it('is for members, and for fields there are', async () => {
    const { record_id: recordId } = await held(world, '1');
    await expect(
      lineage().ofField(world.stranger as unknown as Session, { recordId, field: 'title' }),
    ).rejects.toMatchObject({ code: 'resource.not_found' });
    await expect(
      lineage().ofField(session(), { recordId, field: 'made_up' }),
    ).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('why something is not here', () => {
  it('finds it when it is here after all, deleted, joined or out of sight', async () => {
    expect((await missing({ externalId: '4' })).answer).toMatchObject({ code: 'present' });
    await observe(world, [world.service.remove('5')]);
    expect((await missing({ externalId: '5' })).answer).toMatchObject({ code: 'deleted' });
    await world.admin`update public.links set state = 'inaccessible' where external_id = '6'`;
    expect((await missing({ externalId: '6' })).answer).toMatchObject({ code: 'inaccessible' });
    const [gone, kept] = [await held(world, '7'), await held(world, '8')];
    await world.admin`
      insert into public.record_aliases (old_record_id, workspace_id, record_id)
      values (${gone.record_id}, ${world.owner.workspaceId}, ${kept.record_id})`;
    const joined = await missing({ externalId: '7' });
    await world.admin`delete from public.record_aliases`;
    expect(joined.answer).toMatchObject({ code: 'joined', refs: { record_id: kept.record_id } });
  });

  it('finds the webhook that told of it, by number or address', async () => {
    const dead = await insertEvent('dead', '{"issue":{"number":4711}}', 'No such label');
    expect((await missing({ externalKey: '4711' })).answer).toMatchObject({
      code: 'event_failed',
      refs: { inbox_event_id: dead },
    });
    const url = 'https://fake.example/acme/app/pull/99';
    await insertEvent('ignored', JSON.stringify({ pull: { html_url: url } }), 'a pull request');
    const other = await missing({ url });
    expect(other.answer).toMatchObject({ code: 'event_ignored' });
    expect(other.answer.text).toContain('a pull request');
  });

  it('finds what came and could not be understood', async () => {
    await world.admin`
      insert into public.connection_log (id, workspace_id, connection_id, level, code, message, details)
      values (${newId()}, ${world.owner.workspaceId}, ${world.connectionId}, 'warning', 'sync.object_unreadable',
        'It has no title.', '{"external_id": "77"}')`;
    const { answer } = await missing({ externalId: '77' });
    expect(answer).toMatchObject({ code: 'unreadable' });
    expect(answer.text).toContain('It has no title.');
  });

  it('tells what stands in the way of hearing of it', async () => {
    const never = await missing({ externalKey: 'X-1' });
    expect(never.answer).toMatchObject({ code: 'never_seen', at: expect.any(String) });
    const elsewhere = await missing({ url: 'https://fake.example/acme/other/1' });
    expect(codesOf([elsewhere.answer])).toEqual(['no_scope']);
    const { streamId, owner } = world;
    await as(world, owner, (tx) => updateStream(tx, { streamId, phase: 'paused' }));
    expect((await missing({ externalKey: 'X-1' })).answer.code).toBe('stream_paused');
    await as(world, owner, (tx) => updateStream(tx, { streamId, phase: 'live' }));
    await as(world, owner, (tx) =>
      startRun(tx, { streamId, kind: 'backfill', requestedBy: owner.userId }),
    );
    await world.admin`update public.streams set phase = 'backfill'`;
    expect((await missing({ externalKey: 'X-1' })).answer.code).toBe('stream_reading');
    await sweep(world);
    await world.admin`update public.connections set status = 'needs_reauth'`;
    expect((await missing({ externalKey: 'X-1' })).answer.code).toBe('connection_stopped');
    await world.admin`update public.connections set status = 'active'`;
  });
});
