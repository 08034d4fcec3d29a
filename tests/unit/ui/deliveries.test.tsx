// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeliveryDrawer } from '@/components/deliveries/delivery-drawer';
import { RedriveMany } from '@/components/deliveries/redrive-many';
import { SubscriptionDrawer } from '@/components/deliveries/subscription-drawer';
import { SubscriptionForm } from '@/components/deliveries/subscription-form';
import { words } from '@/components/deliveries/words';
import { type Session, SessionContext } from '@/components/shell/use-session';
import type { DeliveryDetail, Subscription } from '@/lib/delivery/schema';
import { patience } from '../../setup/patience.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const id = '0198f2c0-0000-7000-8000-000000000001';
const at = '2026-11-21T09:00:00.000Z';
const subscription: Subscription = {
  id,
  name: 'Orders',
  kind: 'webhook',
  config: { url: 'https://example.com/hook' },
  filter: {},
  status: 'active',
  status_code: null,
  status_reason: null,
  status_at: at,
  cursor: 5,
  behind: 1_200,
  owed: 3,
  max_in_flight: 4,
  per_second: 20,
  failing_since: at,
  delivered_at: at,
  delivered_count: 10,
  dead_count: 1,
  missed: 0,
  secret_at: at,
  created_at: at,
};
const delivery: DeliveryDetail = {
  id,
  subscription_id: id,
  replay_id: null,
  position: 12,
  record_id: id,
  kind: 'task',
  op: 'update',
  version: 3,
  origin: 'connection',
  connection_id: id,
  fields: ['state'],
  title: 'Fix the login',
  changed_at: at,
  status: 'dead',
  attempts: 10,
  next_attempt_at: null,
  last_attempt: null,
  created_at: at,
  ended_at: at,
  attempt_log: [
    {
      at,
      ms: 12,
      outcome: 'retry',
      code: 'http.500',
      reason: 'It answered 500.',
      status: 500,
      excerpt: 'queue is full',
    },
  ],
  diff: { state: ['open', 'done'] },
};
const preview = {
  url_fault: 'This address may not be called. The address is not on the public internet.',
  template_fault: null,
  looked_at: 200,
  matching: 12,
  sample: { title: 'Fix the login', text: null, body: { type: 'record.updated' } },
};

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** The hub, as far as these pages ask it. */
function answering(answers: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (text: string | URL, init?: RequestInit) => {
    const { pathname } = new URL(text, 'http://hub.test');
    const path = pathname.replace('/api/v1', '');
    const method = init?.method ?? 'GET';
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    asked.push({ method, path, body });
    const answer = answers[`${method} ${path}`] ?? { data: [] };
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  });
  return asked;
}

function show(children: ReactNode, role: 'viewer' | 'editor' | 'admin' = 'admin'): void {
  const workspace = { id, name: 'Ops', slug: 'ops', role };
  const session = { workspace, home: '/w/ops' } as Session;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={session}>{children}</SessionContext>
    </QueryClientProvider>,
  );
}

const nothing = () => undefined;
const row = {
  subscription,
  health: {
    subscription_id: id,
    breaker: {
      state: 'open',
      since: at,
      retry_at: at,
      faults: 5,
      cause: 'It answered 500.',
    },
    rest_until: null,
    previous_secret_until: at,
    recent: { delivered: 9, tried: 10 },
  },
} as const;

describe('a delivery', () => {
  const answers = {
    [`GET /deliveries/${id}`]: delivery,
    [`GET /deliveries/${id}/content`]: { text: null, body: { type: 'record.updated' } },
    [`POST /deliveries/${id}/redrive`]: delivery,
  };

  it('shows its attempts with what was answered, and what it says', async () => {
    answering(answers);
    show(<DeliveryDrawer id={id} nameOf={() => 'Orders'} onClose={nothing} />);
    expect(await screen.findByText('It answered 500.')).toBeTruthy();
    expect(screen.getByText('queue is full')).toBeTruthy();
    expect(await screen.findByText('"record.updated"')).toBeTruthy();
    expect(screen.getByText(words.statuses.dead)).toBeTruthy();
  });

  it('is sent again by those who may', async () => {
    const asked = answering(answers);
    show(<DeliveryDrawer id={id} nameOf={() => 'Orders'} onClose={nothing} />);
    await userEvent.click(await screen.findByRole('button', { name: words.actions.redrive }));
    expect(asked.some(({ method, path }) => method === 'POST' && path.endsWith('/redrive'))).toBe(
      true,
    );
  });

  it('is looked at only by a viewer', async () => {
    answering(answers);
    show(<DeliveryDrawer id={id} nameOf={() => 'Orders'} onClose={nothing} />, 'viewer');
    expect(await screen.findByText('It answered 500.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: words.actions.redrive })).toBeNull();
  });

  it('that cannot be read says so', async () => {
    answering({ [`GET /deliveries/${id}`]: new Response('{"detail":"Gone."}', { status: 404 }) });
    show(<DeliveryDrawer id={id} nameOf={() => undefined} onClose={nothing} />);
    expect(await screen.findByText('Gone.')).toBeTruthy();
  });
});

describe('a subscription', () => {
  it('says why nothing goes out, how far behind it is and what arrived', () => {
    answering({});
    show(<SubscriptionDrawer row={row} onClose={nothing} onSeeDeliveries={nothing} />);
    expect(screen.getByText(words.breaker.open)).toBeTruthy();
    expect(screen.getByText('1,200 changes behind')).toBeTruthy();
    expect(screen.getByText('9 of the last 10')).toBeTruthy();
  });

  it('is paused and tested', async () => {
    const asked = answering({
      [`PATCH /subscriptions/${id}`]: { ...subscription, status: 'paused' },
      [`POST /subscriptions/${id}/test`]: delivery,
    });
    show(<SubscriptionDrawer row={row} onClose={nothing} onSeeDeliveries={nothing} />);
    await userEvent.click(screen.getByRole('button', { name: words.actions.pause }));
    await userEvent.click(screen.getByRole('button', { name: words.actions.sendTest }));
    const writes = asked.filter(({ method }) => method !== 'GET');
    expect(writes).toEqual([
      { method: 'PATCH', path: `/subscriptions/${id}`, body: { status: 'paused' } },
      { method: 'POST', path: `/subscriptions/${id}/test`, body: null },
    ]);
  });

  it('gets another secret, which is shown once', async () => {
    const asked = answering({
      [`PUT /subscriptions/${id}/secret`]: { ...subscription, secret: 'whsec_shown_once' },
    });
    show(<SubscriptionDrawer row={row} onClose={nothing} onSeeDeliveries={nothing} />);
    await userEvent.click(screen.getByRole('button', { name: words.secret.rotate }));
    const dialog = await screen.findByRole('dialog', { name: words.secret.rotate });
    await userEvent.click(within(dialog).getByRole('button', { name: words.secret.rotate }));
    expect(await screen.findByText('whsec_shown_once')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: words.secret.done }));
    expect(screen.queryByText('whsec_shown_once')).toBeNull();
    expect(asked).toContainEqual({
      method: 'PUT',
      path: `/subscriptions/${id}/secret`,
      body: { overlap_hours: 24 },
    });
  });

  it('is sent a stretch of the log again, after saying how much that is', async () => {
    const replay = {
      id: null,
      subscription_id: id,
      after_position: 0,
      upto_position: 40,
      cursor: 0,
      record_id: null,
      status: 'preview',
      changes: 40,
      created_count: 0,
      delivered_count: 0,
      dead_count: 0,
      missed: 0,
      matching: { count: 7, is_exact: true },
      created_at: null,
      finished_at: null,
    };
    const asked = answering({ [`POST /subscriptions/${id}/replays`]: replay });
    show(<SubscriptionDrawer row={row} onClose={nothing} onSeeDeliveries={nothing} />);
    await userEvent.click(screen.getByRole('button', { name: words.replay.look }));
    expect(await screen.findByText(words.replay.found(replay))).toBeTruthy();
    expect(words.replay.found(replay)).toContain('7 deliveries would be made');
    await userEvent.click(screen.getByRole('button', { name: words.replay.start }));
    const sent = asked.filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(sent).toMatchObject([{ preview: true }, { preview: false }]);
  });
});

describe('the form', () => {
  it('says what the guard thinks of the address and how many changes fit', async () => {
    const asked = answering({ 'POST /destinations/preview': preview });
    show(<SubscriptionForm onClose={nothing} />);
    await userEvent.type(screen.getByLabelText(/^Address/), 'https://10.0.0.1/');
    expect(await screen.findByText(/not on the public internet/)).toBeTruthy();
    expect(screen.getByText('12 of the last 200 changes would be told.')).toBeTruthy();
    await expect
      .poll(() => asked.at(-1)?.body, patience)
      .toMatchObject({ kind: 'webhook', url: 'https://10.0.0.1/' });
  });

  it('makes a webhook and shows its secret; what is wrong stands at its field', async () => {
    const refusal = {
      detail: 'No.',
      errors: [{ field: 'config.url', reason: 'may not be called' }],
    };
    let isGood = false;
    answering({ 'POST /destinations/preview': { ...preview, url_fault: null } });
    const ask = globalThis.fetch;
    vi.stubGlobal('fetch', (url: string | URL, init?: RequestInit) => {
      const isMake = init?.method === 'POST' && String(url).includes('/subscriptions');
      if (!isMake) return ask(url, init);
      return Promise.resolve(
        isGood
          ? Response.json({ ...subscription, secret: 'whsec_new' }, { status: 201 })
          : Response.json(refusal, { status: 400 }),
      );
    });
    show(<SubscriptionForm onClose={nothing} />);
    const make = screen.getByRole('button', { name: words.form.make });
    expect(make).toHaveProperty('disabled', true);
    await userEvent.type(screen.getByLabelText(/^Name/), 'Orders');
    await userEvent.type(screen.getByLabelText(/^Address/), 'https://example.com/');
    await userEvent.click(make);
    expect(await screen.findByText('may not be called')).toBeTruthy();
    isGood = true;
    await userEvent.click(make);
    expect(await screen.findByText('whsec_new')).toBeTruthy();
  });
});

describe('sending many again', () => {
  it('asks with the number first', async () => {
    const asked = answering({ 'POST /deliveries/redrive': { redriven: 0, left: 7 } });
    show(<RedriveMany subscriptionId={id} />);
    await userEvent.click(screen.getByRole('button', { name: words.redrive.many }));
    expect(await screen.findByText(words.redrive.body(7))).toBeTruthy();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.body).toMatchObject({ preview: true, status: 'dead' });
  });
});
