// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyDraft } from '@/components/deliveries/form-draft';
import { SubscriptionForm } from '@/components/deliveries/subscription-form';
import { words } from '@/components/deliveries/words';
import type { Connection } from '@/lib/connections/schema';
import type { Subscription } from '@/lib/delivery/schema';
import { AnsweringHub, at, id, other, show } from './answering-hub.tsx';

const text = words.form;
const lookup = `GET /connections/${other}/lookups/channels`;
const list = (...data: { id: string; name: string; detail: string | null }[]) => ({
  data,
  next_cursor: null,
  as_of: at,
  state: 'fresh',
});
const channels = list(
  { id: 'C0GENERAL', name: '#general', detail: null },
  { id: 'C0GENERAL2', name: '#general-2', detail: null },
  { id: 'C0SALES', name: '#sales', detail: 'the app is not in it: invite it first' },
);
const nothing = () => undefined;
const start = { ...emptyDraft, kind: 'slack' as const, name: 'News', connectionId: other };

let hub: AnsweringHub;
beforeEach(() => {
  hub = new AnsweringHub();
  hub.start();
  hub.answers['GET /connections'] = { data: [slack] };
  hub.answers['GET /streams'] = { data: [] };
  hub.answers[lookup] = channels;
});
afterEach(() => hub.stop());

const slack: Connection = {
  id: other,
  connector: 'slack',
  auth_kind: 'oauth2',
  account_id: 'T0NORTHW1',
  account_name: 'Northwind Pumps',
  account_url: null,
  app_title: null,
  status: 'active',
  status_code: null,
  status_detail: null,
  status_at: at,
  scopes_asked: [],
  scopes_granted: [],
  expires_at: null,
  refreshed_at: null,
  checked_at: null,
  delivery: 'poll',
  webhooks: [],
  created_at: at,
  records: 0,
  freshness: { p50_ms: null, p95_ms: null, n: 0 },
  clock: null,
  receipt: null,
};
const keptAs = (channel: string, name?: string) =>
  ({
    id,
    name: 'News',
    kind: 'slack',
    config: { connection_id: other, channel, ...(name ? { channel_name: name } : {}) },
    filter: {},
    per_second: 20,
    max_in_flight: 4,
  }) as unknown as Subscription;
const field = () => screen.findByRole<HTMLInputElement>('combobox', { name: /^Channel/ });
const made = () => hub.asked.find((ask) => ask.method === 'POST' && ask.path === '/subscriptions');
const make = () => screen.getByRole<HTMLButtonElement>('button', { name: text.make });

describe('the channel of a Slack message', () => {
  it('is chosen from those the app sees, by a part of the name', async () => {
    show(<SubscriptionForm start={start} onClose={nothing} />);
    await userEvent.type(await field(), 'sal');
    await userEvent.click(await screen.findByRole('option', { name: /#sales/ }));
    expect((await field()).value).toBe('#sales');
    expect(screen.getByText('the app is not in it: invite it first')).toBeTruthy();
    await userEvent.click(make());
    await waitFor(() =>
      expect(made()?.json['config']).toEqual({
        connection_id: other,
        channel: 'C0SALES',
        channel_name: '#sales',
      }),
    );
  });

  it('is chosen with the keyboard alone', async () => {
    show(<SubscriptionForm start={start} onClose={nothing} />);
    await userEvent.type(await field(), 'gen');
    await screen.findByRole('option', { name: '#general' });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect((await field()).value).toBe('#general-2');
    expect(made()).toBeUndefined();
  });

  it('may be named whole, and its id be given', async () => {
    show(<SubscriptionForm start={start} onClose={nothing} />);
    await userEvent.type(await field(), 'general');
    await userEvent.tab();
    expect((await field()).value).toBe('#general');
    await userEvent.clear(await field());
    await userEvent.type(await field(), 'C0UNLISTED');
    expect(await screen.findByText(text.channels.idTaken)).toBeTruthy();
    await userEvent.tab();
    await userEvent.click(make());
    await waitFor(() =>
      expect(made()?.json['config']).toEqual({ connection_id: other, channel: 'C0UNLISTED' }),
    );
  });

  it('that nobody knows cannot be posted to', async () => {
    show(<SubscriptionForm start={start} onClose={nothing} />);
    await userEvent.type(await field(), '#nowhere');
    expect(await screen.findByText(text.channels.unknown('#nowhere'))).toBeTruthy();
    await userEvent.tab();
    expect(make().disabled).toBe(true);
  });

  it('that is only the beginning of a name is said to be none once the field is left', async () => {
    show(<SubscriptionForm start={start} onClose={nothing} />);
    await userEvent.type(await field(), 'sal');
    await screen.findByRole('option', { name: /#sales/ });
    expect(screen.queryByText(text.channels.unknown('sal'))).toBeNull();
    await userEvent.tab();
    expect(await screen.findByText(text.channels.unknown('sal'))).toBeTruthy();
    await userEvent.type(await field(), 'e');
    expect(screen.queryByText(text.channels.unknown('sal'))).toBeNull();
  });

  it('of one that exists is taken as it stands, whatever it looks like', async () => {
    show(<SubscriptionForm subscription={keptAs('ops')} onClose={nothing} />);
    expect((await field()).value).toBe('ops');
    await screen.findByText(text.channels.asOf, { exact: false });
    expect(screen.queryByText(text.channels.unknown('ops'))).toBeNull();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: text.save }).disabled).toBe(false);
    await userEvent.type(await field(), 'x');
    await userEvent.tab();
    expect(await screen.findByText(text.channels.unknown('opsx'))).toBeTruthy();
  });

  it('says so when there is none, and when Slack does not list them', async () => {
    hub.answers[lookup] = list();
    show(<SubscriptionForm start={start} onClose={nothing} />);
    await userEvent.click(await field());
    expect(await screen.findByText(text.channels.empty)).toBeTruthy();
    hub.stop();
    hub.start();
    delete hub.answers[lookup];
    show(<SubscriptionForm start={start} onClose={nothing} />);
    const retry = await screen.findByRole('button', { name: text.channels.retry });
    await userEvent.type(await field(), '#general');
    expect(await screen.findByText(text.channels.needsId)).toBeTruthy();
    // The name that was typed is found as soon as there is a list.
    hub.answers[lookup] = channels;
    await userEvent.click(retry);
    await waitFor(() => expect(make().disabled).toBe(false));
  });

  it('of one that exists is shown by its name, which is kept up to date', async () => {
    show(<SubscriptionForm subscription={keptAs('C0GENERAL', '#all')} onClose={nothing} />);
    await waitFor(async () => expect((await field()).value).toBe('#general'));
  });
});
