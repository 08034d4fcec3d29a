import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { type KillWorld, makeKillWorld } from './kill-world.ts';
import { RecordService } from './record-service.ts';
import { begin, isTakenBack, isWhole, type RecordPlaces, tellRecord } from './record-stories.ts';

/** Breaths at which a worker is killed; all of them in the long run. */
const killed = (breaths: number): number[] => {
  const stride = isLong ? 1 : Math.ceil(breaths / 4);
  return Array.from({ length: Math.ceil(breaths / stride) }, (_, index) => 1 + index * stride);
};
vi.setConfig({ testTimeout: isLong ? 1_800_000 : 120_000 });

let world: KillWorld;
let service: RecordService;
beforeAll(async () => {
  world = await makeKillWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  service = new RecordService();
});

type Tell = (deaths: readonly number[]) => Promise<number>;

const story =
  (
    count: number,
    prepare: (places: RecordPlaces) => void,
    check: (w: KillWorld, s: RecordService, places: RecordPlaces) => Promise<void>,
  ): Tell =>
  async (deaths) => {
    const places = await begin(world, count);
    prepare(places);
    const held = { places, check: () => check(world, service, places) };
    return tellRecord(world, service, held, deaths);
  };

const streamAt = ({ streams }: RecordPlaces, index: number): string =>
  streams[index]?.streamId ?? '';

describe.each<[string, Tell]>([
  ['made at two services', story(2, () => undefined, isWhole)],
  [
    'made although both answers are lost',
    story(
      2,
      (places) => places.streams.forEach(({ streamId }) => void service.losing.set(streamId, 1)),
      isWhole,
    ),
  ],
  [
    'refused by the last of three services, an answer of another lost',
    story(
      3,
      (places) => {
        service.losing.set(streamAt(places, 1), 1);
        service.refusing.add(streamAt(places, 2));
      },
      isTakenBack,
    ),
  ],
  ['refused by the first', story(2, (p) => void service.refusing.add(streamAt(p, 0)), isTakenBack)],
])('a record that is %s', (_what, tell) => {
  it('ends as it should when nobody dies', async () => {
    expect(await tell([])).toBeGreaterThan(10);
  });

  it('ends so wherever a worker is killed', async () => {
    const breaths = await tell([]);
    for (const at of killed(breaths)) {
      await expect(tell([at]), `killed at ${at}`).resolves.toBeDefined();
    }
  });

  it('ends so when several die one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 4 }),
        async (deaths) => {
          await expect(tell(deaths)).resolves.toBeDefined();
        },
      ),
      { numRuns: isLong ? 200 : 2, seed: 7 },
    );
  });
});

describe('a planted mistake is caught', () => {
  const refuses = (places: RecordPlaces) => void service.refusing.add(streamAt(places, 1));

  it('a service that takes nothing back', async () => {
    service.spoil = { takeBack: () => Promise.resolve() };
    await expect(story(2, refuses, isTakenBack)([])).rejects.toThrow(/to deeply equal/);
  });

  it('one whose lost answers are not looked for', async () => {
    service.spoil = { findCreated: () => Promise.resolve([]) };
    const tell = story(1, (places) => void service.losing.set(streamAt(places, 0), 1), isWhole);
    await expect(tell([])).rejects.toThrow(/to match object/);
  });

  it('an object that stays behind and is still followed', async () => {
    const check = async (w: KillWorld, s: RecordService, places: RecordPlaces): Promise<void> => {
      await w.admin`delete from public.link_aliases`;
      await isTakenBack(w, s, places);
    };
    await expect(story(2, refuses, check)([])).rejects.toThrow(/to deeply equal/);
  });
});
