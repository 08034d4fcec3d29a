import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Db } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { type RotationDeps, startRotating } from '#lib/security/index';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a process leaves though the answers to its statements are lost on the way', async () => {
  const lost = (() => new Promise(() => undefined)) as unknown as Db;
  const deps: Pick<RotationDeps, 'class' | 'shelves' | 'opener' | 'tell'> = {
    class: 'worker',
    shelves: [],
    opener: { publicKey: 'p', keyIds: ['k'], open: () => Buffer.alloc(0) },
    tell: () => Promise.resolve(),
  };
  const rotating = startRotating({ ...deps, db: lost, log: logger('test', 'silent') });
  const left = rotating.stop().then(() => 'left');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await Promise.race([left, Promise.resolve('still here')])).toBe('left');
});
