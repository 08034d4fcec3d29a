import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestCommand } from '#lib/connections/index';
import { envelopeSchema, type JsonObject, newId } from '#lib/core/index';
import { makeWorld, type World } from './world.ts';

let world: World;
let ran = 0;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

/** A command of a kind that answers this, begun so many times before. */
async function command(reply: JsonObject, attempts: number) {
  const id = newId();
  ran = 0;
  world.kinds['connections.check'] = {
    isForWaiting: true,
    run: () => {
      ran += 1;
      return Promise.resolve(reply);
    },
  };
  await world.admin`
    insert into private.commands (id, workspace_id, kind, attempts, deadline_at)
    values (${id}, ${world.owner.workspaceId}, 'connections.check', ${attempts}, now() + interval '1 minute')`;
  await world.work();
  const [row] =
    await world.admin`select status, reply, error ->> 'code' as code from private.commands where id = ${id}`;
  return row;
}

it('a reply that jsonb does not take is given in a form that it takes', async () => {
  expect(await command({ name: 'half \ud83d, nothing \u0000' }, 0)).toEqual({
    status: 'done',
    reply: { name: 'half \ufffd, nothing \ufffd' },
    code: null,
  });
});

it('a command that its workers may be dying of is not begun for ever', async () => {
  expect(await command({}, 29)).toMatchObject({ status: 'done' });
  expect(ran).toBe(1);
  expect(await command({}, 30)).toMatchObject({ status: 'failed', code: 'internal.unexpected' });
  expect(ran).toBe(0);
});

it('a command, its job and its answer are of one correlation', async () => {
  const { workspaceId, userId } = world.owner;
  world.kinds['connections.check'] = { isForWaiting: true, run: () => Promise.resolve({}) };
  const id = await requestCommand(world.web.db, {
    workspaceId,
    kind: 'connections.check',
    payload: {},
    requestedBy: userId,
    timeoutMs: 60_000,
  });
  await world.work();
  const [row] = await world.admin`
    select envelope, reply_envelope as answer from private.commands where id = ${id}`;
  const asked = envelopeSchema.parse(row?.['envelope']);
  expect(asked).toMatchObject({ id, correlation: id, causation: null, reply_to: 'commands.reply' });
  expect(envelopeSchema.parse(row?.['answer'])).toMatchObject({
    type: 'commands.reply',
    correlation: id,
    causation: id,
  });
});
