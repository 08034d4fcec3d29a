import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { type Session, SessionContext } from '@/components/shell/use-session';
import type { Role } from '@/lib/identity/schema';

export const id = '0198f2c0-0000-7000-8000-000000000001';
export const other = '0198f2c0-0000-7000-8000-000000000002';
export const at = '2026-11-21T09:00:00.000Z';

interface Asked {
  method: string;
  path: string;
  json: Record<string, unknown>;
}

/** A hub that answers what a test says, and remembers what it was asked. */
export class AnsweringHub {
  readonly asked: Asked[] = [];
  /** By method and path. */
  readonly answers: Record<string, unknown> = {};

  start(): void {
    vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) =>
      Promise.resolve(this.#answer(url, init)),
    );
  }

  stop(): void {
    cleanup();
    vi.unstubAllGlobals();
  }

  #answer(url: string, init: RequestInit): Response {
    const path = new URL(url, 'http://hub.test').pathname.replace('/api/v1', '');
    const method = init.method ?? 'GET';
    const json = (typeof init.body === 'string' ? JSON.parse(init.body) : {}) as Asked['json'];
    this.asked.push({ method, path, json });
    const answer = this.answers[`${method} ${path}`];
    if (answer !== undefined) return Response.json(answer);
    const problem = { code: 'resource.not_found', detail: `Nothing at ${path}` };
    return Response.json(problem, { status: 404 });
  }
}

/** As a member of that role sees it. */
export function show(ui: ReactNode, role: Role = 'editor') {
  const session = {
    workspace: { id, role, name: 'Acme', slug: 'acme' },
    home: '/w/acme',
    info: {},
  } as unknown as Session;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <SessionContext value={session}>{ui}</SessionContext>
    </QueryClientProvider>,
  );
}
