// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hintOf } from '@/components/connections/event-hint';
import { AppWebhookForm } from '@/components/settings/app-webhook-form';
import { SessionContext } from '@/components/shell/use-session';
import type { AppWebhook } from '@/lib/webhooks/schema';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const at = '2026-11-21T12:00:00.000Z';
const id = '00000000-0000-7000-8000-000000000001';
const url = `https://hub.example.test/api/webhooks/slack/${id}`;
const hook: AppWebhook = {
  connector: 'slack',
  app_id: id,
  url,
  unavailable: null,
  secret_label: 'Signing secret',
  console_url: 'https://api.slack.com/apps',
  steps: ['Copy the signing secret.', 'Paste the address.'],
  status: 'missing',
  challenged_at: null,
  last_received_at: null,
};

function show(children: ReactNode) {
  const user = { id, email: 'ann@x.test', name: 'Ann', image: null };
  const workspace = { id, name: 'Ops', slug: 'ops', role: 'admin' as const };
  const info = {
    session_id: id,
    expires_at: at,
    user,
    is_instance_owner: false,
    workspaces: [workspace],
    features: { sandbox: false, public_url: null, mail: 'smtp' as const },
  };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={{ info, workspace, home: '/w/ops' }}>{children}</SessionContext>
    </QueryClientProvider>,
  );
}

const form = (state: Partial<AppWebhook> = {}, isPreset = false) => (
  <AppWebhookForm provider="Slack" app={{ id, is_preset: isPreset }} hook={{ ...hook, ...state }} />
);

describe('webhooks set up by hand', () => {
  it('shows what to do, the exact address, and that nothing is set up', () => {
    show(form());
    expect(screen.getByText(url)).toBeDefined();
    expect(screen.getByText('Paste the address.')).toBeDefined();
    expect(screen.getByText('not set up')).toBeDefined();
    expect(screen.getByRole('link', { name: 'Open its console' }).getAttribute('href')).toBe(
      hook.console_url,
    );
  });

  it('sends the secret once and forgets it', async () => {
    const sent: { path: string; body: unknown }[] = [];
    vi.stubGlobal('fetch', async (to: string | URL, init: RequestInit = {}) => {
      const path = new URL(to, 'http://hub.test').pathname;
      sent.push({ path, body: typeof init.body === 'string' ? JSON.parse(init.body) : null });
      return Response.json({ ...hook, status: 'waiting' });
    });
    show(form());
    const field = screen.getByLabelText<HTMLInputElement>(/Signing secret/);
    expect(field.type).toBe('password');
    const user = userEvent.setup();
    await user.type(field, '0123456789abcdef');
    await user.click(screen.getByRole('button', { name: 'Save the secret' }));
    await vi.waitFor(() => expect(field.value).toBe(''));
    expect(sent).toEqual([
      { path: `/api/v1/apps/${id}/webhook`, body: { secret: '0123456789abcdef' } },
    ]);
  });

  it('says when the service has checked the address', () => {
    show(form({ status: 'active', challenged_at: at }));
    expect(screen.getByText('events come in')).toBeDefined();
    expect(screen.getByText(/has checked the address/)).toBeDefined();
    expect(screen.getByRole('button', { name: 'Replace the secret' })).toBeDefined();
  });

  it('says why there is no address', () => {
    show(form({ url: null, unavailable: 'PUBLIC_URL is not set.' }));
    expect(screen.getByText('PUBLIC_URL is not set.')).toBeDefined();
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('points to the sandbox’s own page of the app', () => {
    show(form({ console_url: '/sandbox/slack/apps' }, true));
    expect(screen.getByText(/sandbox’s page of the app/)).toBeDefined();
  });
});

describe('the next step on a polled connection’s page', () => {
  it.each([
    ['nothing was pasted', { status: 'missing', url }, /paste the app’s signing secret/],
    ['nothing has come', { status: 'waiting', url }, /no event has come yet/],
  ] as const)('is told when %s', (_, state, words) => {
    expect(hintOf(state)).toMatch(words);
  });

  it.each([
    ['events come in', { status: 'active', url }],
    ['no service can reach this hub', { status: 'missing', url: null }],
  ] as const)('is not when %s', (_, state) => {
    expect(hintOf(state)).toBeNull();
  });
});
