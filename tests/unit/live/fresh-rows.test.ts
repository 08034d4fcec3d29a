import { describe, expect, it } from 'vitest';
import { freshIds, mayBelong } from '#lib/live/fresh-rows';
import type { Change, RecordRow } from '#lib/records/schema';

const row = (
  id: string,
  data: Record<string, unknown>,
  rest: Partial<RecordRow> = {},
): RecordRow => ({
  id,
  kind: 'task',
  version: 2,
  data,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-02T00:00:00Z',
  deleted_at: null,
  links: [],
  ...rest,
});

const change = (record_id: string): Change => ({
  position: 1,
  record_id,
  kind: 'task',
  version: 2,
  op: 'update',
  origin: 'connection',
  reason: null,
  actor: null,
  connection_id: null,
  run_id: null,
  inbox_event_id: null,
  mutation_id: null,
  undoes: null,
  fields: ['title'],
  diff: {},
  at: '2026-01-02T00:00:00Z',
});

describe('what a list lacks', () => {
  const open = row('a', { state: 'open', labels: ['bug'] });
  const done = row('b', { state: 'done', labels: [] });
  const rows = new Map([open, done].map((one) => [one.id, one]));
  const find = (id: string) => rows.get(id);

  it('leaves out rows it shows, and counts each other once', () => {
    const changes = [change('a'), change('b'), change('b')];
    expect(freshIds(changes, new Set(['a']), {}, find)).toEqual(['b']);
  });

  it('leaves out rows its filter would not find', () => {
    const changes = [change('a'), change('b')];
    expect(freshIds(changes, new Set(), { state: 'open' }, find)).toEqual(['a']);
    expect(freshIds(changes, new Set(), { label: 'bug' }, find)).toEqual(['a']);
    expect(freshIds(changes, new Set(), { assignee: 'mara' }, find)).toEqual([]);
    expect(freshIds(changes, new Set(), { connection_id: 'c' }, find)).toEqual([]);
  });

  it('keeps what it cannot judge', () => {
    expect(freshIds([change('unknown')], new Set(), { state: 'open' }, find)).toEqual(['unknown']);
  });

  it('never counts what was deleted', () => {
    expect(mayBelong(row('c', {}, { deleted_at: '2026-01-03T00:00:00Z' }), {})).toBe(false);
  });
});
