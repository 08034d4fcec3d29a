import { createRequire } from 'node:module';
import { githubApi } from '#lib/connectors/github/api';
import { github } from '#lib/connectors/github/index';
import type { RemoteRef } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { Sandbox } from '#lib/sandbox/index';
import { connectApp, openSandbox, tokenOf } from '../../unit/sandbox/sandbox-harness.ts';
import type { ContractEntry, ContractStream, ContractWorld } from './contract-entry.ts';
import { openReceiver } from './webhook-receiver.ts';

const repo = 'northwind/api';
const scope = { owner: 'northwind', repo: 'api' };

interface CapturedEvent {
  name: string;
  examples: JsonObject[];
}
/** https://github.com/octokit/webhooks */
const captured = createRequire(import.meta.url)('@octokit/webhooks-examples') as CapturedEvent[];
const taken = new Set<string>([...github.manifest.webhook.events, 'ping']);

export const entry: ContractEntry = {
  connector: github,
  api: githubApi,
  source: 'our double',
  captured: captured
    .filter(({ name }) => taken.has(name))
    .flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload }))),
  start,
};

async function start(): Promise<ContractWorld> {
  const sandbox = await openSandbox({ seed: { issues: 120, webIssues: 2 } });
  const [receiver, credential] = await Promise.all([openReceiver(), tokenOf(sandbox)]);
  const login = 'mara-lindqvist';
  const who = await fetch(`${sandbox.apiUrl}/user`, {
    headers: { authorization: `Bearer ${credential}` },
  });
  const { id } = (await who.json()) as { id: number };
  return {
    apiBaseUrl: sandbox.apiUrl,
    auth: 'oauth2',
    credential,
    wrongCredential: `gho_${'x'.repeat(36)}`,
    account: { id: String(id), name: login },
    streams: [issuesOf(sandbox)],
    webhooks: receiver,
    failNext: (how) => failNext(sandbox, how),
    revoke: () => revoke(sandbox, credential),
    dispose: async () => {
      await receiver.close();
      await sandbox.dispose();
    },
  };
}

async function failNext(
  { control }: Sandbox,
  how: 'rate limit' | 'server fault' | 'a page',
): Promise<void> {
  const effect = {
    'rate limit': { status: 403, body: 'secondary', retryAfterSeconds: 7 },
    'server fault': { status: 502, body: 'json' },
    'a page': { status: 200, body: 'html' },
  } as const;
  await control.setFaults({ requests: [{ times: 1, effect: { kind: 'status', ...effect[how] } }] });
}

/** As GitHub has it: DELETE with the app's own name and secret. */
async function revoke(sandbox: Sandbox, token: string): Promise<void> {
  const { clientId, clientSecret } = connectApp;
  const answer = await fetch(`${sandbox.apiUrl}/applications/${clientId}/token`, {
    method: 'DELETE',
    headers: {
      authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ access_token: token }),
  });
  if (answer.status !== 204) throw new Error(`The token was not revoked: ${answer.status}`);
}

function issuesOf({ control }: Sandbox): ContractStream {
  let turn = 0;
  const add = (title: string) => control.addIssue({ repo, title });
  const fresh = async (title: string): Promise<RemoteRef> => {
    const { id, number } = await add(title);
    return { externalId: String(id), externalKey: String(number), scope };
  };
  return {
    resource: 'issues',
    scopeKey: repo,
    all: async () => (await control.issues(repo)).map(({ id }) => String(id)),
    change: async () => {
      turn += 1;
      const ref = await fresh(`Contract ${turn}`);
      const fields = { title: `Contract ${turn}, changed`, body: 'One\n\ntwo' };
      const answer = await control.act({
        as: 'sam-whitfield',
        method: 'PATCH',
        path: `/repos/${repo}/issues/${ref.externalKey}`,
        body: fields,
      });
      if (answer.status !== 200) throw new Error(`The issue was not changed: ${answer.status}`);
      return { externalId: ref.externalId, fields, told: fields.title };
    },
    remove: async () => {
      turn += 1;
      const told = `To be deleted ${turn}`;
      const ref = await fresh(told);
      await control.deleteIssue({ repo, number: Number(ref.externalKey) });
      return { ...ref, told: `"action":"deleted"` };
    },
    move: async () => {
      turn += 1;
      const ref = await fresh(`To be transferred ${turn}`);
      const to = 'northwind/web';
      const { id } = await control.transferIssue({ repo, number: Number(ref.externalKey), to });
      return { ...ref, scopeKey: to, newId: String(id), told: `"action":"transferred"` };
    },
    write: async () => {
      turn += 1;
      const fields = { title: `Written ${turn}`, state: 'done', labels: ['bug'] };
      return { ref: await fresh(`To be written ${turn}`), fields };
    },
    fresh: () => {
      turn += 1;
      const title = `Made ${turn}`;
      const body = 'Two lines,\nboth kept';
      const fields = { title, body, labels: ['bug'], assignees: ['sam-whitfield'] };
      return { fields, told: `"title":"${title}"` };
    },
    refusedFresh: () => ({ fields: { title: 'x'.repeat(257) }, field: 'title' }),
    refused: async () => ({
      ref: await fresh('To be refused'),
      fields: { title: ' ' },
      field: 'title',
    }),
  };
}
