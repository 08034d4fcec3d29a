// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReauthNotices } from '@/components/connections/reauth-notice';
import { MailSettings } from '@/components/settings/mail-settings';
import { SessionContext } from '@/components/shell/use-session';
import type { Role } from '@/lib/identity/schema';
import type { MailOverview } from '@/lib/mail/schema';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const workspace = {
  id: '00000000-0000-7000-8000-000000000001',
  name: 'Ops',
  slug: 'ops',
  role: 'owner' as Role,
};
const at = '2026-11-21T12:00:00.000Z';
const overview: MailOverview = {
  transport: 'smtp',
  from: 'Hub <hub@x.test>',
  counts: { queued: 1, sent: 2, failed: 3, suppressed: 4 },
  last_failure: { code: 'smtp.eauth', at },
  mails: [
    {
      id: '00000000-0000-7000-8000-000000000002',
      kind: 'invitation',
      recipient: 'dead@x.test',
      status: 'failed',
      code: 'smtp.550',
      detail: 'RCPT TO: 550 5.1.1 No such mailbox',
      attempts: 1,
      retry_at: at,
      created_at: at,
      ended_at: at,
    },
  ],
  suppressions: [
    {
      id: '00000000-0000-7000-8000-000000000003',
      address: 'dead@x.test',
      code: 'smtp.550',
      detail: '550 5.1.1 No such mailbox',
      at,
    },
  ],
};

interface Asked {
  method: string;
  path: string;
}

/** The hub's answers by path; what was asked is kept. */
function answering(answers: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: string | URL, init: RequestInit = {}) => {
    const path = new URL(url, 'http://hub.test').pathname.replace('/api/v1', '');
    asked.push({ method: init.method ?? 'GET', path });
    const body = answers[path];
    return body === undefined
      ? new Response(null, { status: 204 })
      : Response.json(body, { status: 200 });
  });
  return asked;
}

function show(children: ReactNode, role: Role = 'owner') {
  const user = {
    id: '00000000-0000-7000-8000-000000000009',
    email: 'ann@x.test',
    name: 'Ann',
    image: null,
  };
  const info = {
    session_id: user.id,
    expires_at: at,
    user,
    is_instance_owner: false,
    workspaces: [workspace],
    features: { sandbox: false, public_url: null, mail: 'smtp' as const },
  };
  const session = { info, workspace: { ...workspace, role }, home: '/w/ops' };
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <SessionContext value={session}>{children}</SessionContext>
    </QueryClientProvider>,
  );
}

describe('Settings → Mail', () => {
  it('tells how mail leaves, what failed and why, and whom nobody writes to', async () => {
    answering({ '/mail': overview });
    show(<MailSettings />);
    expect(await screen.findByText('An SMTP server')).toBeDefined();
    expect(screen.getByText('Hub <hub@x.test>')).toBeDefined();
    expect(screen.getByText('2 sent, 1 waiting, 3 failed, 4 held back')).toBeDefined();
    expect(screen.getByText(/does not accept the user or password/)).toBeDefined();
    expect(screen.getByText('RCPT TO: 550 5.1.1 No such mailbox')).toBeDefined();
    expect(screen.getByText('Addresses that are not written to any more')).toBeDefined();
    expect(screen.queryByRole('link', { name: 'Open the mailbox' })).toBeNull();
  });

  it('sends a test to oneself, and lifts a suppression', async () => {
    const asked = answering({
      '/mail': { ...overview, transport: 'sandbox' },
      '/mail/test': { id: overview.mails[0]?.id, status: 'queued', code: null },
    });
    show(<MailSettings />);
    const user = userEvent.setup();
    await user.click(await screen.findByRole('button', { name: 'Send a test mail to me' }));
    await user.click(screen.getByRole('button', { name: 'Write to it again' }));
    expect(asked).toContainEqual({ method: 'POST', path: '/mail/test' });
    expect(asked).toContainEqual({
      method: 'DELETE',
      path: `/mail/suppressions/${overview.suppressions[0]?.id}`,
    });
    expect(screen.getByRole('link', { name: 'Open the mailbox' }).getAttribute('href')).toBe(
      '/sandbox/mail',
    );
  });

  it('says what is missing where mail is not set up', async () => {
    answering({ '/mail': { ...overview, transport: null, from: null } });
    show(<MailSettings />);
    expect(await screen.findByText('Mail is not set up')).toBeDefined();
    expect(screen.getByText(/SMTP_URL or RESEND_API_KEY/)).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Send a test mail to me' })).toBeNull();
  });
});

describe('a connection that must be authorised again', () => {
  const connection = (status: 'active' | 'needs_reauth') => ({
    id: '00000000-0000-7000-8000-000000000004',
    connector: 'github',
    account_name: 'ada',
    status,
    status_detail: 'GitHub refused to renew the access (invalid_grant).',
    status_at: at,
  });

  it('is told of with its cause, its time and the next step', () => {
    answering({ '/connectors': { data: [] } });
    show(<ReauthNotices connections={[connection('needs_reauth')]} />);
    const notice = screen.getByRole('status');
    expect(notice.textContent).toContain('ada) must be connected again');
    expect(notice.textContent).toContain('invalid_grant');
    expect(notice.querySelector('time')?.getAttribute('datetime')).toBe(at);
    expect(screen.getByRole('link', { name: 'Reconnect' }).getAttribute('href')).toBe(
      `/w/ops/connections/${connection('needs_reauth').id}`,
    );
  });

  it('sends a viewer to those who can', () => {
    answering({ '/connectors': { data: [] } });
    show(<ReauthNotices connections={[connection('needs_reauth')]} />, 'viewer');
    expect(screen.getByRole('status').textContent).toContain('owners and admins');
    expect(screen.queryByRole('link', { name: 'Reconnect' })).toBeNull();
  });

  it('is over when it works again', () => {
    answering({ '/connectors': { data: [] } });
    show(<ReauthNotices connections={[connection('active')]} />);
    expect(screen.queryByRole('status')).toBeNull();
  });
});
