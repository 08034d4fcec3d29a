// @vitest-environment jsdom
import { act, cleanup, render } from '@testing-library/react';
import { SearchParamsContext } from 'next/dist/shared/lib/hooks-client-context.shared-runtime';
import { useEffect } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useUrlQuery } from '@/components/shell/use-url-query';

beforeEach(() => globalThis.history.replaceState(null, '', '/records'));
afterEach(cleanup);

/** The router as the page sees it: it tells of an address when the test says so, not when written. */
function page() {
  const seen: string[] = [];
  const held: { change: ReturnType<typeof useUrlQuery>[1] } = { change: () => undefined };
  function Reader() {
    const [query, write] = useUrlQuery();
    useEffect(() => {
      held.change = write;
      seen.push(query.toString());
    }, [query, write]);
    return null;
  }
  const at = (address: string) => (
    <SearchParamsContext value={new URLSearchParams(address)}>
      <Reader />
    </SearchParamsContext>
  );
  const { rerender } = render(at(''));
  return {
    shown: () => seen.at(-1),
    write: (next: Parameters<typeof held.change>[0]) => act(() => held.change(next)),
    routerSays: (address: string) => act(() => rerender(at(address))),
  };
}

describe('what a page keeps in its address', () => {
  it('is shown before the router has followed, and is not undone while it follows', () => {
    const { shown, write, routerSays } = page();
    write({ record: 'a' });
    write({ record: 'b' });
    expect(shown()).toBe('record=b');
    routerSays('record=a');
    expect(shown()).toBe('record=b');
    routerSays('record=b');
    expect(shown()).toBe('record=b');
    expect(globalThis.location.search).toBe('?record=b');
  });

  it('follows an address that something else wrote', () => {
    const { shown, write, routerSays } = page();
    write({ record: 'a' });
    routerSays('record=a');
    routerSays('record=z');
    expect(shown()).toBe('record=z');
  });

  it('leaves out what is empty and keeps the rest', () => {
    const { shown, write } = page();
    write({ q: 'retry', state: 'open' });
    write({ q: undefined });
    expect(shown()).toBe('state=open');
    write({ state: null });
    expect(globalThis.location.pathname + globalThis.location.search).toBe('/records');
  });
});
