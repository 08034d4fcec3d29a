// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConnectForm } from '@/components/connections/connect-form';
import { type Session, SessionContext } from '@/components/shell/use-session';
import type { AuthModeCard, Connection, ConnectorCard } from '@/lib/connections/schema';

const sent: unknown[] = [];
let answer: () => Response = () => new Response(null, { status: 500 });
const server = setupServer(
  http.post('*/api/v1/connections', async ({ request }) => {
    sent.push(await request.json());
    return answer();
  }),
);
beforeAll(() => server.listen());
afterAll(() => server.close());
afterEach(() => {
  cleanup();
  sent.length = 0;
});

const mode: AuthModeCard = {
  kind: 'api_key',
  console_url: 'https://acme.example/keys',
  permissions: { read: ['Customers: Read'], write: [], webhooks: ['Hooks: Write'] },
  fields: [
    {
      name: 'key',
      label: 'Restricted key',
      placeholder: null,
      help: 'From the dashboard.',
      pattern: 'rk_[a-z0-9]+',
      pattern_words: 'begins with rk_',
      is_secret: true,
    },
  ],
  base_url: null,
};
const connector: ConnectorCard = {
  name: 'acme',
  provider: 'Acme',
  summary: 'Customers.',
  category: 'payments',
  resources: [],
  auth: [mode],
  has_sandbox: false,
  conformance: [],
  defines_streams: false,
  gaps: [],
  console_url: null,
  redirect_uri: 'https://hub.example/api/oauth/acme/callback',
  webhook_url: null,
  app: null,
  form_apps: null,
};

const problem = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

function open() {
  const onConnected = vi.fn<(connection: Connection) => void>();
  const session = { workspace: { id: 'w' }, home: '/w/x' } as Session;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionContext value={session}>
        <ConnectForm connector={connector} mode={mode} onConnected={onConnected} />
      </SessionContext>
    </QueryClientProvider>,
  );
  const field = screen.getByLabelText('Restricted key');
  const button = screen.getByRole('button', { name: 'Check and connect' });
  return { field, button, onConnected, user: userEvent.setup() };
}

describe('the form for a key', () => {
  it('says what a restricted key needs, and hides what is typed', () => {
    const { field } = open();
    expect(field.getAttribute('type')).toBe('password');
    expect(screen.getByText('Customers: Read')).toBeTruthy();
    expect(screen.getByText('Hooks: Write')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Open Acme' }).getAttribute('href')).toBe(
      'https://acme.example/keys',
    );
  });

  it('says while typing that a value cannot be right, and sends nothing that is empty', async () => {
    const { field, button, user } = open();
    await user.click(button);
    expect(sent).toEqual([]);
    await user.type(field, 'sk_1');
    expect(screen.getByRole('alert').textContent).toBe(
      'This does not look right: it begins with rk_.',
    );
    await user.clear(field);
    await user.type(field, '"rk_1" ');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('shows the reason of the service at its field, until something else is typed', async () => {
    const { field, button, user, onConnected } = open();
    const errors = [{ field: 'fields.key', reason: 'Acme says: expired key.' }];
    answer = () => problem(422, { code: 'connections.key_refused', title: 'No', errors });
    await user.type(field, 'rk_1');
    await user.click(button);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe('Acme says: expired key.');
    expect(field.getAttribute('aria-describedby')).toContain(alert.id);
    expect(onConnected).not.toHaveBeenCalled();
    await user.type(field, '2');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('shows a refusal that is about no field of its own', async () => {
    const { field, button, user } = open();
    answer = () =>
      problem(409, { code: 'connections.account_mismatch', detail: 'Another account.' });
    await user.type(field, 'rk_1');
    await user.click(button);
    expect((await screen.findByRole('status')).textContent).toContain('Another account.');
    expect(sent).toEqual([
      { connector: 'acme', auth_kind: 'api_key', fields: { key: 'rk_1' }, is_sandbox: false },
    ]);
  });
});
