// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LimitSettings } from '@/components/settings/limit-settings';
import { SessionContext } from '@/components/shell/use-session';
import type { Role } from '@/lib/identity/schema';
import type { InboundLimit } from '@/lib/resilience/schema';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const id = '00000000-0000-7000-8000-000000000001';
const proxy: InboundLimit = {
  name: 'proxy',
  per: 'workspace',
  about: 'Calls passed on to services',
  usual: 300,
  limit: 300,
  window_seconds: 60,
  counting: 'asked',
  on_fault: 'open',
  chosen: { least: 1, most: 3_000 },
};
const signIn: InboundLimit = {
  ...proxy,
  name: 'sign-in',
  per: 'address',
  about: 'Signing in',
  on_fault: 'closed',
  chosen: null,
};

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

function show(role: Role, rows: InboundLimit[] | number): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: string | URL, init: RequestInit = {}) => {
    const path = new URL(url, 'http://hub.test').pathname.replace('/api/v1', '');
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    asked.push({ method: init.method ?? 'GET', path, body });
    if (typeof rows === 'number') {
      return Response.json({ title: 'Down', status: rows, code: 'x' }, { status: rows });
    }
    return Response.json(
      init.method === 'PUT' ? { ...proxy, limit: 100 } : { counted_in: 'redis', data: rows },
    );
  });
  const workspace = { id, name: 'Ops', slug: 'ops', role };
  const info = {
    session_id: id,
    expires_at: '2026-11-21T12:00:00.000Z',
    user: { id, email: 'ann@x.test', name: 'Ann', image: null },
    is_instance_owner: false,
    workspaces: [workspace],
    features: { sandbox: false, public_url: null, mail: null },
  };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={{ info, workspace, home: '/w/ops' }}>
        <LimitSettings />
      </SessionContext>
    </QueryClientProvider>,
  );
  return asked;
}

describe('Settings → Limits', () => {
  it('shows where is counted, how much, and which ones close', async () => {
    show('viewer', [signIn, proxy]);
    expect(await screen.findByText('Counted in Redis, for all processes together')).toBeDefined();
    expect(screen.getByText(/300 in 60 s from an address · refuses when/)).toBeDefined();
    expect(screen.getByText('300 in 60 s from the workspace')).toBeDefined();
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('lets an admin change what is meant for it, within its bounds', async () => {
    const asked = show('admin', [signIn, proxy]);
    const person = userEvent.setup();
    await person.click(await screen.findByRole('button', { name: 'Change the limit “proxy”' }));
    const field = screen.getByLabelText('Requests in 60 s');
    await person.clear(field);
    await person.type(field, '5000');
    expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true);
    await person.clear(field);
    await person.type(field, '100{Enter}');
    expect(asked).toContainEqual({
      method: 'PUT',
      path: '/inbound-limits/proxy',
      body: { limit: 100 },
    });
    expect(await screen.findByRole('button', { name: 'Change the limit “proxy”' })).toBeDefined();
  });

  it('offers the usual one where another was chosen', async () => {
    const asked = show('owner', [{ ...proxy, limit: 100 }]);
    const person = userEvent.setup();
    expect(await screen.findByText(/100 in 60 s from the workspace · usually 300/)).toBeDefined();
    await person.click(screen.getByRole('button', { name: 'Change the limit “proxy”' }));
    await person.click(screen.getByRole('button', { name: 'Use the usual one' }));
    expect(asked).toContainEqual({
      method: 'PUT',
      path: '/inbound-limits/proxy',
      body: { limit: null },
    });
  });

  it('says when it cannot be shown, and offers to try again', async () => {
    show('viewer', 503);
    expect(await screen.findByText('The limits cannot be shown')).toBeDefined();
    expect(screen.getByRole('button')).toBeDefined();
  });
});
