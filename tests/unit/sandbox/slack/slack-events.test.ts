import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../sandbox-harness.ts';
import { general, mara, openSlack, type SlackHarness, sales, slackApp } from './slack-harness.ts';

interface Sent {
  headers: Record<string, string>;
  body: string;
  json: { type: string; challenge?: string; event_id?: string; event?: Record<string, unknown> };
}

interface Listener {
  url: string;
  events: Sent[];
  status: number;
  noRetry: boolean;
  challenge: (text: string) => string;
  close(): Promise<void>;
}

async function listen(): Promise<Listener> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const json = JSON.parse(body) as Sent['json'];
      const headers = request.headers as Record<string, string>;
      if (json.type === 'url_verification') {
        response.writeHead(200).end(listener.challenge(json.challenge ?? ''));
        return;
      }
      listener.events.push({ headers, body, json });
      const more = listener.noRetry ? { 'x-slack-no-retry': '1' } : {};
      response.writeHead(listener.status, more).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listener: Listener = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    events: [],
    status: 200,
    noRetry: false,
    challenge: (text) => text,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return listener;
}

let slack: SlackHarness;
let listener: Listener;
beforeAll(async () => {
  slack = await openSlack();
});
afterAll(() => slack.sandbox.dispose());
beforeEach(async () => {
  listener = await listen();
});
afterEach(async () => {
  await setUrl('');
  await listener.close();
});

const setUrl = (url: string) =>
  slack.control.call<{ verified: boolean; error?: string }>('POST', '/request-url', {
    clientId: slackApp.clientId,
    url,
  });
const say = (text: string, channel = general) =>
  slack.act({ do: 'post', channel, user: mara, text });
const arrived = (count: number) => eventually(() => listener.events.length >= count);

describe('the Request URL', () => {
  it.each([
    ['the bare text', (text: string) => text],
    ['JSON', (text: string) => JSON.stringify({ challenge: text })],
  ])('is kept when it answers the challenge with %s', async (_how, answer) => {
    listener.challenge = answer;
    expect(await setUrl(listener.url)).toEqual({ verified: true });
  });

  it('is not kept when it answers anything else', async () => {
    listener.challenge = () => 'ok';
    expect(await setUrl(listener.url)).toMatchObject({ verified: false });
    expect(await setUrl('https://example.com/events')).toMatchObject({ verified: false });
    await say('Unheard');
    const { pendingDeliveries } = await slack.control.call<{ pendingDeliveries: number }>(
      'GET',
      '/status',
    );
    expect([pendingDeliveries, listener.events.length]).toEqual([0, 0]);
  });
});

describe('events', () => {
  it('are signed, dated and named', async () => {
    await setUrl(listener.url);
    const said = await say('Signed');
    await arrived(1);
    const [sent] = listener.events;
    const { signingSecret } = await slack.app();
    const at = sent?.headers['x-slack-request-timestamp'] ?? '';
    const digest = createHmac('sha256', signingSecret)
      .update(`v0:${at}:${sent?.body ?? ''}`)
      .digest('hex');
    expect(sent?.headers['x-slack-signature']).toBe(`v0=${digest}`);
    expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(10);
    expect(sent?.headers).not.toHaveProperty('x-slack-retry-num');
    expect(sent?.json).toMatchObject({
      type: 'event_callback',
      team_id: 'T0NORTHW1',
      event: { type: 'message', channel: general, text: 'Signed', ts: said['ts'] },
    });
    expect(sent?.json.event_id).toMatch(/^Ev/);
  });

  it('tell of edits, reactions and deletions', async () => {
    const { ts } = await say('First');
    await setUrl(listener.url);
    await slack.act({ do: 'change', channel: general, ts, text: 'Second' });
    await slack.act({ do: 'react', channel: general, ts, name: 'eyes', user: mara });
    await slack.act({ do: 'react', channel: general, ts, name: 'eyes', user: mara });
    await slack.act({ do: 'delete', channel: general, ts });
    await arrived(4);
    expect(listener.events.map(({ json }) => json.event)).toMatchObject([
      {
        subtype: 'message_changed',
        message: { ts, text: 'Second' },
        previous_message: { text: 'First' },
      },
      { type: 'reaction_added', item: { channel: general, ts } },
      { type: 'reaction_removed', item: { channel: general, ts } },
      { subtype: 'message_deleted', deleted_ts: ts },
    ]);
  });

  it('come again with the same id, a number and a reason', async () => {
    await setUrl(listener.url);
    listener.status = 500;
    await say('Again');
    await arrived(4);
    expect(new Set(listener.events.map(({ json }) => json.event_id)).size).toBe(1);
    expect(listener.events.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([
      undefined,
      '1',
      '2',
      '3',
    ]);
    expect(listener.events[1]?.headers['x-slack-retry-reason']).toBe('http_error');
  });

  it('do not come again when the receiver says so', async () => {
    await setUrl(listener.url);
    Object.assign(listener, { status: 500, noRetry: true });
    await say('Once');
    await arrived(1);
    listener.status = 200;
    await say('Next');
    await arrived(2);
    expect(listener.events.map(({ json }) => json.event?.['text'])).toEqual(['Once', 'Next']);
  });

  it('of a channel the app is not in are not its business', async () => {
    await setUrl(listener.url);
    await say('Elsewhere', sales);
    await say('Here');
    await arrived(1);
    expect(listener.events.map(({ json }) => json.event?.['text'])).toEqual(['Here']);
  });
});

describe('the pages', () => {
  const send = (path: string, form: Record<string, string>) =>
    fetch(slack.url + path, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'manual',
    });

  it('let a person post, edit and set up an app', async () => {
    await setUrl(listener.url);
    const posted = await send(`/channels/${general}`, { text: 'By <hand>' });
    expect(posted.headers.get('location')).toBe(`/sandbox/slack/channels/${general}`);
    await arrived(1);
    expect(listener.events[0]?.json.event?.['text']).toBe('By &lt;hand&gt;');
    const page = await (await fetch(`${slack.url}/channels/${general}`)).text();
    expect(page).toContain('By &lt;hand&gt;');
    const { ts } = await slack.act({
      do: 'post',
      channel: general,
      user: 'U0PERSON1A',
      text: 'His',
    });
    const refused = await send(`/channels/${general}/change`, { ts: String(ts), text: 'x' });
    expect(refused.status).toBe(422);
    const { signingSecret } = await slack.app();
    const console = await fetch(`${slack.url}/apps/${slackApp.clientId}`);
    expect(await console.text()).toContain(signingSecret);
    const bad = await send(`/apps/${slackApp.clientId}/request-url`, { url: 'nowhere' });
    expect(bad.status).toBe(422);
    await send(`/apps/${slackApp.clientId}/invite`, { channel: sales });
    expect(await slack.call('conversations.history', { channel: sales })).toMatchObject({
      ok: true,
    });
  });

  it('a permalink leads to its channel', async () => {
    const answer = await fetch(`${slack.url}/archives/${general}/p1712345678123456`, {
      redirect: 'manual',
    });
    expect(answer.headers.get('location')).toBe(
      `/sandbox/slack/channels/${general}#m1712345678123456`,
    );
  });
});
