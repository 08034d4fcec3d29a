import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';
import { serveSides } from './creation-kill/remote-server.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';

const points = {
  'transaction 1 begins': 'it is owed and no job yet',
  'transaction 3 is done': 'the row says that it is sent',
  'the making begins': 'right before the call',
  'the making is done': 'right after it',
  'transaction 4 commits': 'before the link is committed',
  'transaction 4 is done': 'after it is',
} as const;
const names = Object.keys(points) as (keyof typeof points)[];

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

interface Death {
  dieAt?: string;
  dieNth?: number;
}

/** A process that does what is due, and dies; how it ended. */
async function run(url: string, keyed: boolean, death: Death): Promise<string> {
  const script = join(import.meta.dirname, 'creation-kill', 'creation-process.ts');
  const child = spawn(
    process.execPath,
    [...leavesWithParent, '--conditions=react-server', script],
    {
      env: {
        ...process.env,
        DATABASE_URL_WORKER: at.workerUrl,
        REMOTE_URL: url,
        KEYED: keyed ? '1' : '0',
        DIE_AT: death.dieAt ?? '',
        DIE_NTH: death.dieNth === undefined ? '' : String(death.dieNth),
      },
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
  });
}

describe.each(isLong ? [false, true] : [false])('a worker that is killed (keys: %s)', (keyed) => {
  it.each(names)('%s: one object, one record, one link', async (dieAt) => {
    const flow = await FlowTrial.begin(at, [{}, { keyed }]);
    const server = await serveSides(flow.sides);
    flow.side(0).remote.create('1', { ...issue, title: dieAt });
    await flow.tell();
    expect(await run(server.url, keyed, { dieAt })).toBe('SIGKILL');
    await flow.trial.letTimePass();
    // Nobody is told by a webhook: it has to be found.
    flow.side(1).remote.queue.splice(0);
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
    await server.close();
    await flow.end();
  });
});

const kills = isLong ? 60 : 2;
const wide = isLong ? 40 : 8;

describe('many deaths at any place', () => {
  it.each(isLong ? [true, false] : [false])(
    `${kills} of them: as many objects as there ought to be (keys: %s)`,
    {
      timeout: isLong ? 3_600_000 : 60_000,
    },
    async (keyed) => {
      const flow = await FlowTrial.begin(at, [{}, { keyed }]);
      const server = await serveSides(flow.sides);
      let made = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        for (let n = 0; n < Math.ceil(wide / 4); n += 1, made += 1) {
          flow.side(0).remote.create(`${made}`, { ...issue, title: `Object ${made}` });
        }
        await flow.tell();
        await flow.sayYes();
        await run(server.url, keyed, { dieNth: (kill * 17 + 5) % (wide * 3) });
        await flow.trial.letTimePass();
      }
      flow.side(1).remote.queue.splice(0);
      // One sweep takes twenty of a workspace.
      await flow.work(8 + Math.ceil(made / 20));
      expect(shown(flow.side(1))).toHaveLength(made);
      expect(flow.side(1).remote.made).toHaveLength(made);
      expect((await flow.state()).links).toEqual(Array.from({ length: made }, () => 2));
      await server.close();
      await flow.end();
    },
  );
});
