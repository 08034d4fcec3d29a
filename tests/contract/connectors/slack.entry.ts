import { slackApi } from '#lib/connectors/slack/api';
import { slack } from '#lib/connectors/slack/index';
import type { JsonObject } from '#lib/core/index';
import { openSandbox } from '../../unit/sandbox/sandbox-harness.ts';
import type { ContractEntry, ContractStream, ContractWorld } from './contract-entry.ts';
import { openReceiver } from './webhook-receiver.ts';

export const entry: ContractEntry = {
  connector: slack,
  api: slackApi,
  source: 'our double',
  start,
};

const app = {
  provider: 'slack',
  clientId: 'slack-connect',
  clientSecret: 'slack-secret-1',
  name: 'Patchbay',
};
const channel = 'C0CHANNEL0';
const mara = 'U0PERSON0A';
const scopes = slack.manifest.auth.flatMap((mode) => [...mode.scopes.read, ...mode.scopes.write]);

type Said = JsonObject & { ts: string; text: string; user: string };

async function start(): Promise<ContractWorld> {
  const sandbox = await openSandbox({
    apps: [app],
    seed: { issues: 1, webIssues: 0 },
    settings: { slack: { seed: { messages: 600 }, callsPerMinute: 10_000 } },
  });
  const { url, control } = sandbox.at('slack');
  const { access_token: credential } = await control.call<{ access_token: string }>(
    'POST',
    '/install',
    { clientId: app.clientId, scopes },
  );
  const [registered] = await control.call<{ signingSecret: string }[]>('GET', '/apps');
  const manualSecret = registered?.signingSecret ?? '';
  const receiver = await openReceiver();
  const verified = await control.call<{ verified: boolean }>('POST', '/request-url', {
    clientId: app.clientId,
    url: receiver.url,
  });
  if (!verified.verified) throw new Error('The Request URL was not accepted');
  const handshake = await receiver.next('url_verification');
  const { challenge } = JSON.parse(handshake.body) as { challenge: string };
  return {
    apiBaseUrl: `${url}/api`,
    auth: 'oauth2',
    credential,
    wrongCredential: `xoxb-${'0'.repeat(48)}`,
    account: { id: 'T0NORTHW1', name: 'Northwind Pumps' },
    streams: [
      messagesOf({
        act: (what) => control.call<Said>('POST', '/act', what),
        all: () => control.call<Said[]>('GET', `/messages/${channel}`),
        post: (text) => postAsApp(url, credential, text),
      }),
    ],
    webhooks: { ...receiver, manualSecret },
    challenge: { ...handshake, answer: challenge, secret: manualSecret },
    failNext: async (how) => {
      const effect = {
        'rate limit': { status: 429, body: 'json', retryAfterSeconds: 7 },
        'server fault': { status: 200, body: 'json' },
        'a page': { status: 502, body: 'html' },
      } as const;
      const fault = { times: 1, effect: { kind: 'status' as const, ...effect[how] } };
      await control.setFaults({ requests: [fault] });
    },
    dispose: async () => {
      await receiver.close();
      await sandbox.dispose();
    },
  };
}

async function postAsApp(url: string, token: string, text: string): Promise<string> {
  const answer = await fetch(`${url}/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams({ channel, text }),
  });
  return ((await answer.json()) as { ts: string }).ts;
}

interface Hands {
  act(what: JsonObject): Promise<Said>;
  all(): Promise<Said[]>;
  /** As the app itself. */
  post(text: string): Promise<string>;
}

function messagesOf(hands: Hands): ContractStream {
  let turn = 0;
  const refOf = (ts: string) => ({
    externalId: `${channel}:${ts}`,
    externalKey: null,
    scope: { channel },
  });
  return {
    resource: 'messages',
    scopeKey: channel,
    all: async () => (await hands.all()).map(({ ts }) => refOf(ts).externalId),
    change: async () => {
      turn += 1;
      const said = await hands.act({ do: 'post', channel, user: mara, text: 'Before' });
      const text = `Contract, changed ${turn}.`;
      await hands.act({ do: 'change', channel, ts: said.ts, text });
      const fields = { body: text, author: { id: mara, login: mara }, channel, thread: null };
      return { externalId: refOf(said.ts).externalId, fields, told: text };
    },
    remove: async () => {
      const said = await hands.act({ do: 'post', channel, user: mara, text: 'To be deleted' });
      await hands.act({ do: 'delete', channel, ts: said.ts });
      return { ...refOf(said.ts), told: `"deleted_ts":"${said.ts}"` };
    },
    write: async () => {
      turn += 1;
      const ts = await hands.post('From the app');
      return { ref: refOf(ts), fields: { body: `Written ${turn}` } };
    },
    refused: async () => {
      const said = await hands.act({ do: 'post', channel, user: mara, text: 'Not the app’s' });
      return { ref: refOf(said.ts), fields: { body: 'Mine now' }, field: 'body' };
    },
  };
}
