import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropCreation, listCreations, retryCreation } from '#lib/flows/index';
import { creationSchema } from '#lib/flows/schema';
import { FlowWorld } from './flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

async function owing(states: readonly string[]) {
  const streams = [await at.stream(), await at.stream()] as const;
  const flow = await at.create(streams);
  for (const state of states) {
    const { recordId } = await at.record([streams[0]], 'synced', { title: `A ${state} one` });
    await at.owe(recordId, streams[1], state);
  }
  return flow.id;
}

const list = (flowId: string, page: { cursor?: string; limit?: number } = {}) => {
  const { workspaceId } = at.world.owner;
  return at.as((tx) => listCreations(tx, { workspaceId, flowId, limit: 50, ...page }));
};

describe('what a flow owes', () => {
  it('is listed by what a person can do about it, without what is over', async () => {
    const flowId = await owing(['owed', 'refused', 'done', 'sending', 'unknown', 'cancelled']);
    const { data, total, next_cursor: next } = await list(flowId);
    expect(data.map(({ state }) => state)).toEqual(['refused', 'unknown', 'owed', 'sending']);
    expect(data[0]?.title).toBe('A refused one');
    expect(data.every((row) => creationSchema.strict().safeParse(wired(row)).success)).toBe(true);
    expect({ total, next }).toEqual({ total: 4, next: null });
  });

  it('is read page by page, each row once', async () => {
    const flowId = await owing(['owed', 'refused', 'owed', 'unknown', 'refused']);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(flowId, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(seen).toEqual((await list(flowId)).data.map(({ id }) => id));
    expect(new Set(seen).size).toBe(5);
  });

  it('of another flow is not here, and a made-up cursor is refused', async () => {
    const [mine, other] = [await owing([]), await owing(['refused'])];
    expect((await list(mine)).data).toEqual([]);
    const [row] = (await list(other)).data;
    const where = { workspaceId: at.world.owner.workspaceId, flowId: mine };
    const creationId = row?.id ?? '';
    await expect(at.as((tx) => retryCreation(tx, { ...where, creationId }))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    await expect(list(mine, { cursor: 'made up' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});

describe('an object that is owed', () => {
  const act = async (state: string, run: typeof retryCreation) => {
    const flowId = await owing([state]);
    const [row] = (await list(flowId)).data;
    const { workspaceId } = at.world.owner;
    return at.as((tx) => run(tx, { workspaceId, flowId, creationId: row?.id ?? '' }));
  };

  it('and was refused is owed again, from its first try', async () => {
    const again = await act('refused', retryCreation);
    expect(again).toMatchObject({ state: 'owed', attempts: 0 });
    expect(again.next_attempt_at).not.toBeNull();
  });

  it.each(['owed', 'sending', 'unknown'])('and is %s is not sent again by hand', async (state) => {
    await expect(act(state, retryCreation)).rejects.toMatchObject({ code: 'resource.conflict' });
  });

  it.each(['owed', 'refused'])('and is %s can be let be', async (state) => {
    expect(await act(state, dropCreation)).toMatchObject({
      state: 'cancelled',
      next_attempt_at: null,
    });
  });

  it.each(['sending', 'unknown'])('and is %s is not let go of', async (state) => {
    await expect(act(state, dropCreation)).rejects.toMatchObject({ code: 'resource.conflict' });
  });
});

/** As it goes over the wire. */
const wired = (row: unknown): unknown => JSON.parse(JSON.stringify(row));
