import { QueryClient } from '@tanstack/react-query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keys } from '#lib/live/keys';
import { overlay, type PendingEdit } from '#lib/live/overlay';
import { cachedRecord, nextAsk, type Stamped, upsertRecord } from '#lib/live/record-cache';
import type { RecordRow } from '#lib/records/schema';

const id = '01900000-0000-7000-8000-000000000001';

const rowAt = (version: number, data: Record<string, unknown>): RecordRow => ({
  id,
  kind: 'task',
  version,
  data,
  links: [],
  deleted_at: null,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
});

/**
 * A browser tab and a hub under an adversarial schedule: edits go out one after the other (that is
 * what the mutation scope does), answers, live rows and fetches arrive in any order and repeatedly.
 */
class World {
  readonly client = new QueryClient();
  readonly sent: PendingEdit[] = [];
  pending: PendingEdit[] = [];
  history = [rowAt(1, { title: 'start', body: 'start' })];
  answers: { edit: PendingEdit; row: RecordRow; asked: number }[] = [];
  fetches: { row: RecordRow; asked: number }[] = [];
  wanted: Record<string, unknown> = { title: 'start', body: 'start' };
  applied = 0;
  private readonly accept: typeof upsertRecord;

  constructor(accept: typeof upsertRecord = upsertRecord) {
    this.accept = accept;
    this.receive(this.newest, nextAsk());
  }

  get newest(): RecordRow {
    return this.history.at(-1) ?? rowAt(1, {});
  }

  receive(row: RecordRow, asked: number): void {
    this.accept(this.client, row, asked);
  }

  edit(field: string, value: number): void {
    const edit: PendingEdit = {
      id,
      order: this.sent.length,
      patch: { mutation_id: id, version: 1, data: { [field]: String(value) } },
    };
    this.sent.push(edit);
    this.pending.push(edit);
    this.wanted = { ...this.wanted, [field]: String(value) };
  }

  /** The hub takes the next edit, once its predecessor has been answered. */
  applyNext(): void {
    const edit = this.sent[this.applied];
    if (!edit || this.answers.length > 0) return;
    this.applied += 1;
    const row = rowAt(this.newest.version + 1, { ...this.newest.data, ...edit.patch.data });
    this.history.push(row);
    this.answers.push({ edit, row, asked: nextAsk() });
  }

  answer(): void {
    const answer = this.answers.shift();
    if (!answer) return;
    this.receive(answer.row, answer.asked);
    this.pending = this.pending.filter((edit) => edit !== answer.edit);
  }

  shown(): Record<string, unknown> {
    const row = cachedRecord(this.client, id);
    return row ? overlay(row, this.pending).data : {};
  }
}

type Step =
  | { kind: 'edit'; field: string; value: number }
  | { kind: 'apply' | 'answer' | 'fetch' | 'deliver' | 'realtime'; pick: number };

const step = fc.oneof(
  fc.record({
    kind: fc.constant('edit' as const),
    field: fc.constantFrom('title', 'body'),
    value: fc.nat(9),
  }),
  fc.record({
    kind: fc.constantFrom(
      'apply' as const,
      'answer' as const,
      'fetch' as const,
      'deliver' as const,
      'realtime' as const,
    ),
    pick: fc.nat(20),
  }),
);

/** Runs a schedule; says where the screen showed anything but the person's last word. */
function flickers(world: World, steps: Step[]): string[] {
  const seen: string[] = [];
  for (const [index, one] of steps.entries()) {
    if (one.kind === 'edit') world.edit(one.field, one.value);
    if (one.kind === 'apply') world.applyNext();
    if (one.kind === 'answer') world.answer();
    // Served now, delivered some day.
    if (one.kind === 'fetch') world.fetches.push({ row: world.newest, asked: nextAsk() });
    if (one.kind === 'deliver') {
      const late = world.fetches[one.pick % Math.max(1, world.fetches.length)];
      if (late) world.receive(late.row, late.asked);
    }
    if (one.kind === 'realtime') {
      const row = world.history[one.pick % world.history.length];
      if (row) world.receive(row, nextAsk());
    }
    for (const [field, value] of Object.entries(world.wanted)) {
      if (world.shown()[field] !== value)
        seen.push(
          `step ${index}: ${field} shows ${String(world.shown()[field])}, not ${String(value)}`,
        );
    }
  }
  return seen;
}

const schedules = Number(process.env['PATCHBAY_TEST_LONG']) ? 100_000 : 5_000;

describe('edits on the screen', () => {
  it(`never show anything but the last word, over ${schedules} schedules`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        expect(flickers(new World(), steps as Step[])).toEqual([]);
      }),
      { numRuns: schedules },
    );
  });

  it('would flicker without the version guard: the test can fail', () => {
    const unguarded: typeof upsertRecord = (client, row, asked) =>
      void client.setQueryData<Stamped>(keys.record(row.id), { row, asked });
    const result = fc.check(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        (steps) => flickers(new World(unguarded), steps as Step[]).length === 0,
      ),
      { numRuns: schedules },
    );
    expect(result.failed).toBe(true);
  });

  it('disappear when they are refused, and the confirmed row is there again', () => {
    const world = new World();
    world.edit('title', 7);
    expect(world.shown()['title']).toBe('7');
    world.pending = [];
    expect(world.shown()['title']).toBe('start');
  });
});
