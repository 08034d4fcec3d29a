import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asUser, transaction } from '#lib/db/index';
import { joinRecords, saveRules } from '#lib/sync/index';
import type { Transform } from '#lib/sync/schema';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { isLong } from '../../setup/is-long.ts';
import { shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

/** What a title becomes there, as far as this service can have it. */
const forms: Record<string, { transform: Transform | null; say(title: string): string }> = {
  itself: { transform: null, say: (title) => title },
  lower: { transform: { type: 'case', to: 'lower' }, say: (title) => title.toLowerCase() },
  upper: { transform: { type: 'case', to: 'upper' }, say: (title) => title.toUpperCase() },
  prefix: { transform: { type: 'prefix', text: '[x] ' }, say: (title) => `[x] ${title}` },
  // Two values here are one there.
  words: {
    transform: {
      type: 'values',
      pairs: [
        { here: 'Edited Here', there: 'e' },
        { here: 'Edited Right', there: 'e' },
      ],
      otherwise: 'keep',
    },
    say: (title) => (['Edited Here', 'Edited Right'].includes(title) ? 'e' : title),
  },
};
const names = Object.keys(forms);
const all = names.flatMap((left, n) => names.slice(n).map((right) => [left, right] as const));
const pairs = isLong ? all : all.filter((_pair, n) => n % 4 === 2);

const writes = () =>
  trial.sides.flatMap(({ remote }) => remote.writes.filter(({ by }) => by === 'hub'));

async function work(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const side of trial.sides) await trial.observe(side, ...side.remote.queue.splice(0));
    await trial.runJobs();
    await trial.letTimePass();
  }
}

async function begin(left: string, right: string): Promise<[Side, Side]> {
  const title = 'Same';
  const objects = [left, right].map((name) => ({ title: forms[name]?.say(title) ?? title }));
  trial = await Trial.apart(
    at,
    objects.map((fields, n) => ({
      switches: { ...plain, ordered: true, name: `side ${n}`, seed: n + 1 },
      objects: { [`${n}`]: { ...fields, body: null, state: 'open', labels: [] } },
    })),
  );
  const { workspaceId } = trial.owner;
  for (const [n, name] of [left, right].entries()) {
    const streamId = trial.sides[n]?.streamId ?? '';
    const transform = forms[name]?.transform ?? null;
    const rule = { side_field: 'title', direction: 'both' as const, transform, policy: null };
    const rules = [{ field: 'title', ...rule }];
    await asUser(at.web, trial.owner, (tx) => saveRules(tx, { workspaceId, streamId, rules }));
  }
  await work(2);
  const rows = await trial.admin<{ record_id: string }[]>`
    select record_id from public.links where workspace_id = ${workspaceId} order by record_id`;
  const [one = '', two = ''] = rows.map((row) => row.record_id);
  await transaction(at.worker, (tx) =>
    joinRecords(tx, {
      workspaceId,
      recordIds: [one, two],
      onDifference: 'first_side',
      firstStreamId: trial.sides[0]?.streamId ?? null,
    }),
  );
  await work(3);
  return trial.sides as [Side, Side];
}

describe('two services that each have a title in their own way', () => {
  it.each(pairs)('come to rest: %s and %s', async (left, right) => {
    const [one, two] = await begin(left, right);
    const turns: (() => Promise<void> | void)[] = [
      () => trial.editHere('0', { title: 'Edited Here' }),
      () => one.remote.edit('0', { title: forms[left]?.say('Edited Left') ?? '' }),
      () => two.remote.edit('1', { title: forms[right]?.say('Edited Right') ?? '' }),
      () => trial.editHere('0', { title: 'Last Word' }),
    ];
    for (const turn of turns) {
      const before = writes().length;
      await turn();
      await work(3);
      const after = writes().length;
      expect(after - before).toBeLessThanOrEqual(2);
      await work(3);
      expect(writes()).toHaveLength(after);
    }
    expect(shown(one)).toMatchObject([{ title: forms[left]?.say('Last Word') }]);
    expect(shown(two)).toMatchObject([{ title: forms[right]?.say('Last Word') }]);
    const asked = await trial.admin`select 1 from public.conflicts
      where workspace_id = ${trial.owner.workspaceId} and status = 'open'`;
    expect(asked).toHaveLength(0);
  });
});
