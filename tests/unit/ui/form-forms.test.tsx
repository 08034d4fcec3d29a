// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import type { ReactNode } from 'react';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ListenForm } from '@/components/connections/listen-form';
import { FormAppForm } from '@/components/settings/form-app-form';
import { type Session, SessionContext } from '@/components/shell/use-session';
import type { ConnectorCard } from '@/lib/connections/schema';

const sent: { path: string; json: unknown }[] = [];
const noted = async (request: Request): Promise<void> => {
  sent.push({ path: new URL(request.url).pathname, json: await request.json() });
};
const state = {
  endpoint_id: '0198c1f0-0000-7000-8000-000000000003',
  url: 'https://hub.example/api/webhooks/http_webhook/0198c1f0-0000-7000-8000-000000000003',
  unavailable: null,
  proves: 'body',
  preset: null,
  secret_label: 'Signing secret',
  steps: ['Add an endpoint with this address.'],
  status: 'waiting',
  last_received_at: null,
  former_until: null,
  can_make_secret: true,
  brings_secret: false,
};
const preset = (name: string, more: object = {}) => ({
  name,
  title: name,
  secret_label: 'Signing secret',
  proves: 'body',
  can_make_secret: true,
  brings_secret: false,
  docs_url: 'https://docs.example',
  ...more,
});
const server = setupServer(
  http.get('*/api/v1/webhook-presets', () =>
    HttpResponse.json({ data: [preset('standard_webhooks')], next_cursor: null }),
  ),
  http.post('*/api/v1/connections/listening', async ({ request }) => {
    await noted(request);
    const connection_id = '0198c1f0-0000-7000-8000-000000000004';
    return HttpResponse.json({ connection_id, state, secret: 'shown-this-once' }, { status: 201 });
  }),
  http.post('*/api/v1/form-apps/http_oauth/acme-crm/check', async ({ request }) => {
    await noted(request);
    return HttpResponse.json({
      issuer: 'https://id.acme.test',
      discovery: 'oidc',
      addresses: [
        { name: 'issuer', url: 'https://id.acme.test', fault: null },
        {
          name: 'token_url',
          url: 'https://10.0.0.1/token',
          fault: 'This address may not be called.',
        },
      ],
      names_itself: true,
      scopes: ['openid', 'read'],
      token_auths: [],
      is_usable: false,
    });
  }),
);
beforeAll(() => server.listen());
afterAll(() => server.close());
afterEach(() => {
  cleanup();
  sent.length = 0;
});

const connector: ConnectorCard = {
  name: 'http_oauth',
  provider: 'JSON API with OAuth',
  summary: 'Any list.',
  category: 'generic',
  resources: [],
  auth: [],
  has_sandbox: false,
  conformance: [],
  defines_streams: true,
  gaps: [],
  console_url: null,
  redirect_uri: 'https://hub.example/api/oauth/http_oauth/w/{app}/callback',
  webhook_url: null,
  app: null,
  form_apps: [],
};
const session = {
  workspace: { id: '0198c1f0-0000-7000-8000-000000000002', slug: 'acme' },
  home: '/w/acme',
} as unknown as Session;

const show = (page: ReactNode) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionContext value={session}>{page}</SessionContext>
    </QueryClientProvider>,
  );

describe('the form of a service of one’s own', () => {
  it('shows the callback URL as one types, and what the service says of itself once left', async () => {
    const user = userEvent.setup();
    show(<FormAppForm connector={connector} app={null} onDone={() => undefined} />);
    await user.type(screen.getByRole('textbox', { name: 'Name of the service' }), 'Acme CRM');
    expect(
      screen.getByText('https://hub.example/api/oauth/http_oauth/w/acme-crm/callback'),
    ).toBeTruthy();
    await user.type(screen.getByRole('textbox', { name: 'Issuer' }), 'https://id.acme.test');
    expect(sent).toEqual([]);
    await user.type(
      screen.getByRole('textbox', { name: 'Base address of the API' }),
      'https://api.acme.test',
    );
    await user.tab();
    await waitFor(() => expect(screen.getByText('It cannot be used like this.')).toBeTruthy());
    expect(screen.getByText('This address may not be called.')).toBeTruthy();
    expect(sent.at(-1)?.json).toEqual({
      issuer: 'https://id.acme.test',
      api_base_url: 'https://api.acme.test',
    });
    expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true);
  });
});

describe('the form of a signed webhook', () => {
  it('asks how events are signed, and shows address and secret once', async () => {
    const user = userEvent.setup();
    const onConnected = vi.fn<(connectionId: string) => void>();
    show(
      <ListenForm connector={{ ...connector, name: 'http_webhook' }} onConnected={onConnected} />,
    );
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Shop');
    await user.click(screen.getByRole('radio', { name: 'In another way' }));
    await user.type(screen.getByRole('textbox', { name: 'Header of the signature' }), 'X-Sig');
    await user.click(screen.getByRole('button', { name: 'Get the address' }));
    await waitFor(() => expect(screen.getByText('shown-this-once')).toBeTruthy());
    expect(screen.getByText(state.url)).toBeTruthy();
    expect(sent[0]?.json).toEqual({
      connector: 'http_webhook',
      title: 'Shop',
      signing: {
        by: 'own',
        own: { header: 'X-Sig', prefix: '', template: '{body}', alg: 'sha256', encoding: 'hex' },
      },
    });
    await user.click(screen.getByRole('button', { name: 'To the connection' }));
    expect(onConnected).toHaveBeenCalledWith('0198c1f0-0000-7000-8000-000000000004');
  });

  it('says what an unsigned address is worth, and asks for no secret', async () => {
    const user = userEvent.setup();
    show(<ListenForm connector={connector} onConnected={() => undefined} />);
    await user.click(screen.getByRole('radio', { name: 'Not at all' }));
    expect(screen.getByText('Nothing proves who sent an event')).toBeTruthy();
    expect(screen.queryByLabelText(/Signing secret/)).toBeNull();
  });
});
