import type { Conflict } from '@/lib/records/schema';

export const at = '2026-11-21T09:00:00.000Z';
/** `n` makes it another one. */
export const idOf = (n: number): string => `0198f2c0-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** An open conflict of a task's title. */
export function conflictOf(n: number, more: Partial<Conflict> = {}): Conflict {
  return {
    id: idOf(n),
    record_id: idOf(100),
    link_id: idOf(200),
    field: 'title',
    base: 'Before',
    local: 'Ours',
    remote: 'Theirs',
    sides: `sides ${n}`,
    policy: 'manual',
    status: 'open',
    created_at: at,
    resolved_at: null,
    remote_at: at,
    resolution: null,
    choice: null,
    resolved_by: null,
    connection_id: idOf(300),
    stream_id: idOf(400),
    connector: 'github',
    external_key: '7',
    url: 'https://github.example/7',
    kind: 'task',
    title: 'Fix the login',
    version: 3,
    is_deleted: false,
    present: 'Ours',
    others: 0,
    local_change: {
      version: 3,
      origin: 'user',
      actor: { id: idOf(500), name: 'Ada' },
      connector: null,
      at,
    },
    closed: {},
    undo_closed: 'It is not settled yet.',
    ...more,
  };
}
