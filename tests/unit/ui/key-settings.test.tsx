// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyClass } from '@/components/settings/key-settings';
import { words } from '@/components/settings/words';
import type { KeyClassState } from '@/lib/security/schema';

afterEach(cleanup);

const [old, next] = ['0123456789abcdef', 'fedcba9876543210'] as [string, string];
const text = words.keys;
const key = (id: string, of: Partial<KeyClassState['keys'][number]> = {}) => ({
  key_id: id,
  is_present: false,
  is_held: true,
  sealed: 0,
  may_go: false,
  ...of,
});
const at = '2026-11-21T10:00:00.000Z';
const rotation = (of: object) => ({
  class: 'worker' as const,
  key_id: next,
  status: 'running' as const,
  total: 400,
  done: 100,
  refused: 0,
  started_at: at,
  updated_at: at,
  finished_at: null,
  ...of,
});
const show = (of: Partial<KeyClassState>) =>
  render(
    <KeyClass
      state={{ class: 'worker', present: [next], keys: [], processes: 1, rotation: null, ...of }}
    />,
  );

describe('the keys of a class', () => {
  it('under way: how far it is, and what each key is good for', () => {
    show({
      keys: [key(next, { is_present: true, sealed: 100 }), key(old, { sealed: 300 })],
      rotation: rotation({}),
    });
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25');
    expect(screen.getByText(text.present)).toBeDefined();
    expect(screen.getByText(text.held)).toBeDefined();
    expect(screen.queryByText(text.mayGoHint)).toBeNull();
  });

  it('done: the old one may go, and what could not be opened is said', () => {
    show({
      keys: [key(next, { is_present: true, sealed: 399 }), key(old, { may_go: true })],
      rotation: rotation({ status: 'done', done: 399, refused: 1, finished_at: at }),
    });
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(screen.getByText(text.mayGo)).toBeDefined();
    expect(screen.getByText(text.mayGoHint)).toBeDefined();
    expect(screen.getByText(text.refused(1))).toBeDefined();
  });

  it('missing: values nobody can open are an alarm', () => {
    show({ keys: [key(next, { is_present: true }), key(old, { is_held: false, sealed: 3 })] });
    expect(screen.getByText(text.missing)).toBeDefined();
    expect(screen.getByText(text.missingHint)).toBeDefined();
  });

  it('at odds: while processes seal to two keys it waits', () => {
    show({ present: [next, old], keys: [key(next, { is_present: true })], rotation: rotation({}) });
    expect(screen.getByText(text.waiting)).toBeDefined();
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('nobody there: says so', () => {
    show({ present: [], processes: 0 });
    expect(screen.getByText(text.none)).toBeDefined();
  });
});
