// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ScopeDialog } from '@/components/connections/scope-dialog';
import { type Session, SessionContext } from '@/components/shell/use-session';
import { CachePanel } from '@/components/system/cache-panel';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const id = '00000000-0000-7000-8000-000000000001';
const scope = (title: string) => ({
  key: title,
  title,
  detail: null,
  scope: {},
  can_write: true,
  can_hook: true,
  estimate: null,
  stream_id: null,
});
const list = (title: string, state: 'fresh' | 'stale') => ({
  data: [scope(title)],
  next_cursor: null,
  as_of: '2026-11-21T12:00:00.000Z',
  state,
});

/** The hub's answers; what was asked is kept. */
function answering(answer: (url: URL) => Response): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (text: string | URL) => {
    const url = new URL(text, 'http://hub.test');
    asked.push(url.search);
    return answer(url);
  });
  return asked;
}

function show(children: ReactNode): void {
  const workspace = { id, name: 'Ops', slug: 'ops', role: 'editor' as const };
  const session = { workspace, home: '/w/ops' } as Session;
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <SessionContext value={session}>{children}</SessionContext>
    </QueryClientProvider>,
  );
}

const resources = [
  {
    name: 'issues',
    kind: 'task',
    title: 'Issues',
    scope_title: 'repository',
    writable: [],
    creates: true,
  },
];
const Picker = () => (
  <ScopeDialog connectionId={id} resources={resources} open onOpenChange={() => undefined} />
);

describe('the picker', () => {
  it('says as of when its list is, and asks the service again when told to', async () => {
    const asked = answering((url) =>
      Response.json(
        url.searchParams.has('refresh') ? list('new/one', 'fresh') : list('old/one', 'fresh'),
      ),
    );
    show(<Picker />);
    expect(await screen.findByText('old/one')).toBeTruthy();
    expect(screen.getByText(/As of/)).toBeTruthy();
    expect(document.querySelector('time')?.dateTime).toBe('2026-11-21T12:00:00.000Z');
    await userEvent.click(screen.getByRole('button', { name: 'Ask again' }));
    expect(await screen.findByText('new/one')).toBeTruthy();
    expect(asked.at(-1)).toContain('refresh=true');
  });

  it('shows an old list while the service is asked, and then the new one', async () => {
    let asks = 0;
    answering(() => {
      asks += 1;
      return Response.json(asks === 1 ? list('old/one', 'stale') : list('new/one', 'fresh'));
    });
    show(<Picker />);
    expect(await screen.findByText('old/one')).toBeTruthy();
    expect(screen.getByText(/Asking the service again/)).toBeTruthy();
    expect(await screen.findByText('new/one', {}, { timeout: 20_000 })).toBeTruthy();
    expect(screen.getByText(/As of/)).toBeTruthy();
  });

  it('keeps the list when the service cannot be asked', async () => {
    answering((url) =>
      url.searchParams.has('refresh')
        ? Response.json(
            {
              code: 'provider.unavailable',
              title: 'The service has a fault',
              detail: 'It is down.',
            },
            { status: 502, headers: { 'content-type': 'application/problem+json' } },
          )
        : Response.json(list('old/one', 'fresh')),
    );
    show(<Picker />);
    const button = await screen.findByRole('button', { name: 'Ask again' });
    await userEvent.click(button);
    expect(screen.getByText('old/one')).toBeTruthy();
  });
});

describe('the System page', () => {
  it('says how often the cache answered', async () => {
    answering(() =>
      Response.json({
        data: [{ topic: 'scopes', fresh: 6, stale: 1, missed: 3 }],
        next_cursor: null,
      }),
    );
    show(<CachePanel />);
    expect(await screen.findByText('70 %')).toBeTruthy();
    expect(screen.getByText('What can be followed')).toBeTruthy();
    expect(screen.getByText('6 kept, 1 shown old and refreshed, 3 asked')).toBeTruthy();
  });

  it('says when nothing was looked up yet', async () => {
    answering(() => Response.json({ data: [], next_cursor: null }));
    show(<CachePanel />);
    expect(await screen.findByText(/Nothing has been looked up/)).toBeTruthy();
  });
});
