import { expect, it } from 'vitest';
import { createBatch } from '#lib/resilience/index';

function batched(most = 10) {
  const calls: string[][] = [];
  let saved = 0;
  const ask = createBatch<string, string>({
    most,
    gatherMs: 1,
    keyOf: (key) => key,
    load: (keys) => {
      calls.push([...keys]);
      return Promise.resolve(keys.map((key) => (key === 'bad' ? new Error('no such') : `${key}!`)));
    },
    onSaved: (count) => {
      saved += count;
    },
  });
  return { ask, calls, saved: () => saved };
}

it('makes one call of questions asked together, and one question of the same asked twice', async () => {
  const { ask, calls, saved } = batched();
  expect(await Promise.all(['a', 'b', 'a', 'c'].map(ask))).toEqual(['a!', 'b!', 'a!', 'c!']);
  expect(calls).toEqual([['a', 'b', 'c']]);
  expect(saved()).toBe(3);
});

it('asks in parts of what one call may hold', async () => {
  const { ask, calls, saved } = batched(2);
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask));
  expect(calls.map((keys) => keys.length)).toEqual([2, 2, 1]);
  expect(saved()).toBe(2);
});

it('fails one question alone, and asks again what is asked later', async () => {
  const { ask, calls } = batched();
  const [bad, good] = await Promise.allSettled([ask('bad'), ask('a')]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  await ask('a');
  expect(calls).toEqual([['bad', 'a'], ['a']]);
});
