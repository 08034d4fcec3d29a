import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { type Session, SessionContext } from '@/components/shell/use-session';
import { connection, idOf, stream, suggestion } from './flow-sample.ts';

/** jsdom lays nothing out. */
class StillObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

/** A page at its address, and a hub that answers as told. */
export function setStage(): void {
  beforeEach(() => {
    vi.stubGlobal('ResizeObserver', StillObserver);
    Element.prototype.scrollTo = () => undefined;
    globalThis.history.replaceState(null, '', '/w/ops/flows');
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });
}

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** What flows can be made of. */
export const stock = {
  'GET /streams': { data: [stream(1), stream(2), stream(3, { kind: 'payment' })] },
  'GET /connections': { data: [1, 2, 3].map((n) => connection(n)) },
  'GET /connectors': { data: [] },
  'GET /flows': { data: [] },
  'POST /flows/suggestions': { data: [suggestion(1), suggestion(2)] },
};

/** The hub, as far as these pages ask it. */
export function answering(answers: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (text: string | URL, init?: RequestInit) => {
    const { pathname } = new URL(text, 'http://hub.test');
    const path = pathname.replace('/api/v1', '');
    const method = init?.method ?? 'GET';
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    asked.push({ method, path, body });
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Response) return answer.clone();
    return answer === undefined
      ? Response.json({ detail: 'Nothing there.' }, { status: 404 })
      : Response.json(answer);
  });
  return asked;
}

/** What changes something; asking for suggestions does not. */
export const writes = (asked: readonly Asked[]) =>
  asked.filter(({ method, path }) => method !== 'GET' && path !== '/flows/suggestions');

export function show(page: React.ReactNode, role: 'viewer' | 'editor' | 'admin' = 'admin'): void {
  const workspace = { id: idOf(1), name: 'Ops', slug: 'ops', role };
  const session = { workspace, home: '/w/ops' } as Session;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={session}>{page}</SessionContext>
    </QueryClientProvider>,
  );
}
