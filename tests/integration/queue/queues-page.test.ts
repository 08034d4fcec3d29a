import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { instanceQueueSchema, owedSchema } from '#lib/queue/schema';
import { type Person, rows, ask as send, startWeb, type WebFixture } from '../api/web-fixture.ts';

let web: WebFixture;
let owner: Person;
let mara: Person;
let noor: Person;
let [hers, theirs] = ['', ''];

beforeAll(async () => {
  web = await startWeb();
  owner = await web.person('owner');
  mara = await web.person('mara');
  noor = await web.person('noor');
  await web.db`insert into private.instance (owner_id) values (${owner.userId})`;
  hers = await web.workspace('hers', [[mara, 'viewer']]);
  theirs = await web.workspace('theirs', [[noor, 'owner']]);
  for (const [workspaceId, count] of [
    [hers, 2],
    [theirs, 3],
  ] as const) {
    for (let n = 0; n < count; n += 1) {
      await web.admin`
        insert into private.commands (id, workspace_id, kind, created_at, deadline_at)
        values (${newId()}, ${workspaceId}, 'connections.check', now() - interval '5 minutes', now())`;
    }
    await web.admin`
      insert into private.queue_failures (queue, key, workspace_id, code, reason, job_id, correlation, retry_at)
      values ('command', ${`of ${workspaceId}`}, ${workspaceId}, 'internal.unexpected', 'It threw.',
        ${newId()}, ${newId()}, now() + interval '5 minutes')`;
  }
  await web.admin`insert into private.queue_workers (id, mode) values (${newId()}, 'poll')`;
});
afterAll(() => web.close());

const ask = (who: Person, method: string, path: string, json?: object) =>
  send(web.api(), path, { cookie: who.cookie, method, ...(json ? { json } : {}) });
const owedTo = (who: Person, workspaceId: string) =>
  send(web.api(), '/system/queues', { cookie: who.cookie, query: { workspace_id: workspaceId } });

const commandOf = <T extends { name: string }>(queues: T[]): T | undefined =>
  queues.find((queue) => queue.name === 'command');

describe('the queues', () => {
  it('show a member what their own workspace is owed, and nothing of another one', async () => {
    const answer = await owedTo(mara, hers);
    expect(answer.status).toBe(200);
    const seen = owedSchema.parse(answer.json);
    expect(commandOf(seen.queues)).toMatchObject({ due: 2, failing: 1, paused_at: null });
    expect(seen.failures.map((failure) => failure.key)).toEqual([`of ${hers}`]);
    expect(seen.workers).toEqual({ listening: 0, polling: 1 });
    expect((await owedTo(mara, theirs)).status).toBe(404);
  });

  it('show all of the instance to its owner alone', async () => {
    const answer = await ask(owner, 'GET', '/system/instance-queues');
    expect(commandOf(rows(answer).map((row) => instanceQueueSchema.parse(row)))).toMatchObject({
      due: 5,
      failing: 2,
      condition: 'stuck',
      reasons: [{ code: 'internal.unexpected', keys: 2 }],
    });
    expect((await ask(noor, 'GET', '/system/instance-queues')).status).toBe(403);
  });

  it('rest and go on at the owner’s word, which everybody sees', async () => {
    const rule = (who: Person, paused: boolean, queue = 'command') =>
      ask(who, 'PATCH', `/system/instance-queues/${queue}`, { paused });
    expect((await rule(noor, true)).status).toBe(403);
    expect((await rule(owner, true, 'nothing')).status).toBe(404);
    expect((await rule(owner, true)).status).toBe(204);
    expect((await rule(owner, true)).status).toBe(204);
    const shown = async () => {
      const answer = await owedTo(mara, hers);
      return commandOf(owedSchema.parse(answer.json).queues)?.paused_at;
    };
    expect(await shown()).toEqual(expect.any(String));
    expect((await rule(owner, false)).status).toBe(204);
    expect(await shown()).toBeNull();
  });

  it('try again what failed, one key or all, at the owner’s word', async () => {
    const redrive = async (body: object) => {
      const answer = await ask(owner, 'POST', '/system/instance-queues/command/redrive', body);
      return answer.json;
    };
    const held = async () => {
      const [row] = await web.admin`
        select count(*)::int as count from private.queue_failures where retry_at > now()`;
      return row?.['count'] as number;
    };
    expect(await redrive({ key: `of ${hers}` })).toEqual({ redriven: 1 });
    expect(await held()).toBe(1);
    expect(await redrive({})).toEqual({ redriven: 2 });
    expect(await held()).toBe(0);
  });

  it('cannot be read or ruled past the routes by a member of the database’s roles', async () => {
    const claims = JSON.stringify({ sub: noor.userId, session_id: noor.sessionId });
    const seen = await web.admin.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${claims}, true)`;
      await tx.unsafe('set local role hub_user');
      return [
        await tx`select * from private.read_queues(10)`,
        await tx`select * from private.read_queue_failures(null, 10)`,
        await tx`select * from private.count_queue_failures()`,
        await tx`select * from private.owed_of_workspace(${hers}, 10)`,
        await tx`select * from private.queue_failures where workspace_id = ${hers}`,
        await tx`select 1 where private.set_queue_paused('push', true) or private.redrive_queue('command', null) > 0`,
      ];
    });
    expect(seen.map((rows) => rows.length)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await web.admin`select 1 from private.queue_pauses`).toHaveLength(0);
  });
});
