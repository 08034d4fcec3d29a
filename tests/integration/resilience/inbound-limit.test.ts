import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Db } from '#lib/db/index';
import { inboundLimit } from '#lib/resilience/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';

let database: TestDatabase;
let pools: Db[];
beforeAll(async () => {
  database = await freshDatabase();
  pools = ['a', 'b'].map((name) => connect({ url: database.webUrl, name, max: 4 }));
});
afterAll(async () => {
  await Promise.all(pools.map((db) => db.end()));
  await database.drop();
});

it('counts over two processes, exactly, and keeps no key in the clear', async () => {
  // Early in its window, so that no second window begins while the test runs.
  const clock = { now: () => 3_600_000 * 500_000 + 1_000, random: () => 0 };
  const [one, two] = pools.map((db) =>
    inboundLimit({
      name: 'sign_in',
      limit: 25,
      windowSeconds: 3_600,
      backing: { kind: 'postgres', db },
      clock,
    }),
  );
  if (!one || !two) throw new Error('two limits were made');
  const verdicts = await Promise.all(
    Array.from({ length: 60 }, (_, n) => (n % 2 ? one : two).check('ada@x.test')),
  );
  expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(25);
  expect((await two.check('grace@x.test')).allowed).toBe(true);
  const [db] = pools;
  const rows = await db?.unsafe(`select encode(key, 'escape') as key from private.rate_limits`);
  expect(JSON.stringify(rows)).not.toContain('x.test');
});
