import { afterAll, beforeAll, expect, it } from 'vitest';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import { issue } from './flow-trial.ts';
import { mappingNames } from './model/mappings.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { Trial } from './model/trial.ts';

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

/** A flow's mapping is stored with the draft; what a service has waits for the plan. */
it.each(mappingNames)('the mapping of a draft (%s) writes nothing to any service', async (name) => {
  const objects = {
    '1': { ...issue, title: 'T: One', labels: ['bug', 'ui', 'a'], state: 'done' },
    '2': { ...issue, title: '', body: null, labels: [], state: 'cancelled' },
    '3': { ...issue, title: 'Three', labels: ['Defect'] },
  };
  const sides = ['left', 'right'].map((side, n) => ({
    switches: { ...plain, name: side, seed: n + 1 },
    objects,
  }));
  const trial = await Trial.apart(at, sides);
  try {
    await trial.flow('draft');
    for (const side of trial.sides) await trial.remap(side, name);
    for (let round = 0; round < 4; round += 1) {
      for (const side of trial.sides) {
        await trial.wantSweep(side);
        await trial.observe(side, ...side.remote.queue.splice(0));
      }
      await trial.runJobs(new Mortal());
      await trial.letTimePass();
    }
    for (const { remote } of trial.sides) {
      expect(remote.writes.filter(({ by }) => by === 'hub')).toEqual([]);
      expect(remote.made).toEqual([]);
    }
    // All of them were looked at by the new rules.
    const behind = await at.admin`
      select 1 from public.links l join public.stream_rules r on r.stream_id = l.stream_id
      where l.workspace_id = ${trial.owner.workspaceId} and r.since <> '{}' and l.lens_version < r.version`;
    expect(behind).toEqual([]);
    const owed = await at.admin`
      select 1 from public.links where workspace_id = ${trial.owner.workspaceId} and state <> 'synced'`;
    expect(owed).toEqual([]);
  } finally {
    await trial.end();
  }
});
