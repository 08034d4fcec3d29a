import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { knownWebhooks, type WebhookDescriptor } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import {
  type AskingRequest,
  answerEarly,
  answerHandshake,
  type HandshakeAnswer,
} from '#lib/webhooks/answer-handshake';

const descriptorOf = (name: string): WebhookDescriptor => {
  const preset = knownWebhooks.find((known) => known.name === name);
  if (!preset) throw new Error(`No preset ${name}`);
  return preset.descriptor;
};

const asking = (more: Partial<AskingRequest> = {}): AskingRequest => ({
  method: 'POST',
  search: '',
  headers: {},
  ...more,
});
const proven = { isProven: true, secret: 'the secret' };
const unproven = { isProven: false, secret: 'the secret' };
const inBody = (name: string, body: Json, proof = proven): HandshakeAnswer | null =>
  answerHandshake(descriptorOf(name), asking(), body, proof);
const early = (name: string, request: Partial<AskingRequest>): HandshakeAnswer | null =>
  answerEarly(descriptorOf(name), asking(request));

describe('handshakes in a signed body', () => {
  // https://docs.slack.dev/reference/events/url_verification
  const slack = { type: 'url_verification', token: 'x', challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY' };

  it('Slack gets its challenge back as text, once it has signed', () => {
    expect(inBody('slack', slack)?.answer).toMatchObject({ status: 200, body: slack.challenge });
    expect(inBody('slack', slack, unproven)).toBeNull();
  });

  it('Zoom gets its token and the token’s HMAC under our secret', () => {
    const asked = {
      event: 'endpoint.url_validation',
      payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' },
    };
    const answered = inBody('zoom', asked)?.answer;
    expect(JSON.parse(answered?.body ?? '')).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: createHmac('sha256', 'the secret')
        .update('qgg8vlvZRS6UYooatFL8Aw')
        .digest('hex'),
    });
    expect(answered?.headers['content-type']).toBe('application/json');
    // Unsigned, it would make us sign whatever somebody likes.
    expect(inBody('zoom', asked, unproven)).toBeNull();
    expect(inBody('zoom', asked, { isProven: true, secret: '' })).toBeNull();
  });

  it('Discord’s pings get a pong, or nothing at all', () => {
    const pong = inBody('discord_interactions', { type: 1, id: '1' })?.answer;
    expect(pong).toMatchObject({ status: 200, body: '{"type":1}' });
    expect(inBody('discord', { type: 0 })?.answer).toMatchObject({ status: 204, body: '' });
    expect(inBody('discord', { type: 0 }, unproven)).toBeNull();
    expect(inBody('discord', { type: 1, event: {} })).toBeNull();
  });
});

describe('handshakes nobody signs', () => {
  it('Microsoft Graph gets its token back in plain text, decoded once', () => {
    const answered = early('microsoft_graph', {
      search: '?validationToken=Validation%3a+Testing+client+application+reachability%253c',
    });
    expect(answered?.answer).toMatchObject({
      status: 200,
      body: 'Validation: Testing client application reachability%3c',
    });
    expect(answered?.answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('Dropbox gets its challenge back, never as a page', () => {
    const answered = early('dropbox', { method: 'GET', search: '?challenge=<script>' })?.answer;
    expect(answered?.body).toBe('<script>');
    expect(answered?.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(early('dropbox', { method: 'POST', search: '?challenge=x' })).toBeNull();
  });

  it('Trello’s HEAD is answered with nothing', () => {
    expect(early('trello', { method: 'HEAD' })?.answer).toMatchObject({ status: 200, body: '' });
    expect(early('trello', {})).toBeNull();
  });

  it('monday gets its challenge back as JSON', () => {
    const answered = inBody('monday', { challenge: '3eZbrw1a' }, unproven)?.answer;
    expect(JSON.parse(answered?.body ?? '')).toEqual({ challenge: '3eZbrw1a' });
  });

  it('Asana gets its header back, and the secret waits for a person', () => {
    const headers = { 'x-hook-secret': ['b537207f20cbfa02357cf448134da559'] };
    const answered = early('asana', { headers });
    expect(answered?.answer.headers['x-hook-secret']).toBe('b537207f20cbfa02357cf448134da559');
    expect(answered?.brought).toBe('b537207f20cbfa02357cf448134da559');
    expect(early('asana', { headers: { 'x-hook-secret': ['a', 'b'] } })).toBeNull();
    expect(early('asana', { headers: { 'x-hook-secret': ['a\r\nset-cookie: x'] } })).toBeNull();
  });

  it('Notion’s token waits for a person', () => {
    const body = { verification_token: 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl' };
    const answered = inBody('notion', body, unproven);
    expect(answered?.answer).toMatchObject({ status: 200, body: '' });
    expect(answered?.brought).toBe(body.verification_token);
    expect(inBody('notion', { id: '1', type: 'page.created' }, unproven)).toBeNull();
  });
});

describe('what is no handshake', () => {
  it.each([
    ['an ordinary event', { type: 'event_callback' }],
    ['without a challenge', { type: 'url_verification' }],
    ['with something else for one', { type: 'url_verification', challenge: { a: 1 } }],
    ['with an empty one', { type: 'url_verification', challenge: '' }],
    ['with a page for one', { type: 'url_verification', challenge: 'x'.repeat(1_001) }],
    ['a list', [{ type: 'url_verification', challenge: 'x' }]],
    ['nothing', null],
  ])('leaves %s alone', (_, body) => {
    expect(inBody('slack', body as Json)).toBeNull();
    expect(inBody('github', body as Json)).toBeNull();
  });

  it('leaves a query that says it twice, or not at all', () => {
    for (const search of ['', '?challenge', '?challenge=', '?challenge=a&challenge=b', '?x=1']) {
      expect(early('dropbox', { method: 'GET', search })).toBeNull();
    }
    const long = `?challenge=${'x'.repeat(1_001)}`;
    expect(early('dropbox', { method: 'GET', search: long })).toBeNull();
  });
});
