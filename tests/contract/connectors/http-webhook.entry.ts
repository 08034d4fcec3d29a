import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { listenApi } from '#lib/connectors/generic/api';
import { httpWebhook } from '#lib/connectors/generic/index';
import type { ContractEntry, ContractStream } from './contract-entry.ts';
import { openReceiver } from './webhook-receiver.ts';

const key = randomBytes(24);
const manualSecret = `whsec_${key.toString('base64')}`;
const definition = {
  title: 'Tickets',
  events: ['ticket.changed', 'ticket.removed'],
  items: 'data.ticket',
  id: 'number',
  updated_at: 'changed_at',
  deleted: { by: 'event', names: ['ticket.removed'] },
  fields: { title: 'subject', state: 'status', labels: 'tags.*.name' },
  states: { waiting: 'open' },
};

/** Posts an event as standardwebhooks.com says, by none of the hub's code. */
async function post(url: string, type: string, ticket: object): Promise<void> {
  const id = `msg_${randomUUID()}`;
  const seconds = String(Math.floor(Date.now() / 1_000));
  const body = JSON.stringify({ type, data: { ticket } });
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${mac}`,
    },
  });
}

function ticketsAt(url: string): ContractStream {
  let number = 0;
  const changedAt = () => new Date().toISOString();
  return {
    resource: 'tasks',
    scopeKey: 'ticket.changed,ticket.removed data.ticket#number',
    definition,
    all: () => Promise.resolve([]),
    change: async () => {
      number += 1;
      const subject = `Contract ${number}, changed`;
      const tags = [{ name: 'blue' }];
      await post(url, 'ticket.changed', {
        number,
        subject,
        tags,
        status: 'waiting',
        changed_at: changedAt(),
      });
      const fields = { title: subject, state: 'open', labels: ['blue'] };
      return { externalId: String(number), fields, told: subject };
    },
    remove: async () => {
      number += 1;
      const subject = `Contract ${number}, removed`;
      await post(url, 'ticket.removed', { number, subject, changed_at: changedAt() });
      return { externalId: String(number), externalKey: null, scope: definition, told: subject };
    },
  };
}

export const entry: ContractEntry = {
  connector: httpWebhook,
  api: listenApi,
  source: 'our double',
  start: async () => {
    const receiver = await openReceiver();
    return {
      apiBaseUrl: receiver.url,
      auth: 'webhook',
      credential: '',
      wrongCredential: '',
      account: { id: '', name: '' },
      streams: [ticketsAt(receiver.url)],
      webhooks: { ...receiver, manualSecret },
      dispose: () => receiver.close(),
    };
  },
};
