import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import { expect } from 'vitest';
import { ConflictsPage } from '@/components/conflicts/conflicts-page';
import { type Session, SessionContext } from '@/components/shell/use-session';
import { Toaster } from '@/components/ui/toaster';
import { LiveConnection, LiveContext } from '@/lib/live/index';
import type { Conflict } from '@/lib/records/schema';
import { patience } from '../../setup/patience.ts';
import { idOf } from './sample.ts';

export const workspaceId = idOf(900);

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: {
    items?: { id: string; choice: string; seen: string; value?: unknown; always: boolean }[];
  };
}

/** The hub, as far as this page asks it. */
export class Hub {
  rows: Conflict[] = [];
  readonly asked: Asked[] = [];
  answers: Record<string, (body: Asked['body']) => unknown> = {};

  posts = (path: string) =>
    this.asked.filter((one) => one.method === 'POST' && one.path === path).map(({ body }) => body);

  fetch = async (text: string | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(text, 'http://hub.test');
    const path = url.pathname.replace('/api/v1', '');
    const method = init?.method ?? 'GET';
    const body = (typeof init?.body === 'string' ? JSON.parse(init.body) : {}) as Asked['body'];
    this.asked.push({ method, path, query: url.searchParams, body });
    const own = this.answers[`${method} ${path}`];
    if (own) {
      const answer = own(body);
      return answer instanceof Response ? answer : Response.json(answer);
    }
    if (path === '/conflicts') {
      const status = url.searchParams.get('status');
      const data = this.rows.filter((row) => row.status === status);
      return Response.json({ data, next_cursor: null });
    }
    if (path === '/conflicts/counts') return Response.json(this.counts());
    if (path === '/conflicts/resolve') return Response.json(this.resolve(body));
    return Response.json({ data: [] });
  };

  private counts() {
    const open = this.rows.filter(({ status }) => status === 'open').length;
    return { open, records: open, automatic: 0, resolved: 0, groups: [] };
  }

  private resolve({ items = [] }: Asked['body']) {
    const data = items.map(({ id, choice }) => {
      this.rows = this.rows.map((row) =>
        row.id === id
          ? { ...row, status: 'resolved', choice: choice as Conflict['choice'], undo_closed: null }
          : row,
      );
      const conflict = this.rows.find((row) => row.id === id) ?? null;
      return { id, outcome: 'resolved', reason: null, conflict };
    });
    const always = items
      .filter((item) => item.always)
      .map(({ choice }) => ({ stream_id: idOf(400), field: 'title', choice, open: 4 }));
    return { data, always };
  }
}

export function show(role: 'viewer' | 'editor' = 'editor', page = <ConflictsPage />): QueryClient {
  const workspace = { id: workspaceId, name: 'Ops', slug: 'ops', role };
  const session = { workspace, home: '/w/ops' } as Session;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const live = new LiveConnection(workspaceId, client);
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={session}>
        <LiveContext value={{ workspaceId, live }}>
          {page}
          <Toaster />
        </LiveContext>
      </SessionContext>
    </QueryClientProvider>,
  );
  return client;
}

export const card = (name: string) => screen.findByRole('article', { name }, patience);
export const gone = (name: string) =>
  waitFor(() => expect(screen.queryByRole('article', { name })).toBeNull(), patience);
export const title = 'title, Fix the login';
export const body = 'body, Fix the login';
