import { stripeApi } from '#lib/connectors/stripe/api';
import { stripe } from '#lib/connectors/stripe/index';
import type { JsonObject } from '#lib/core/index';
import { openSandbox } from '../../unit/sandbox/sandbox-harness.ts';
import type { ContractEntry, ContractStream, ContractWorld } from './contract-entry.ts';
import { openReceiver } from './webhook-receiver.ts';

export const entry: ContractEntry = {
  connector: stripe,
  api: stripeApi,
  source: 'our double',
  start,
};

/** As Stripe shows its objects, as far as it matters here. */
type Shown = JsonObject & { id: string };

type Act = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  form?: Record<string, string>,
) => Promise<Shown>;

async function start(): Promise<ContractWorld> {
  const sandbox = await openSandbox({
    seed: { issues: 1, webIssues: 0 },
    settings: { stripe: { seed: { customers: 120, payments: 130 }, callsPerSecond: 1_000 } },
  });
  const receiver = await openReceiver();
  const { url, control } = sandbox.at('stripe');
  const keys = await control.call<{ secret: string; kind: string }[]>('GET', '/keys');
  const act: Act = async (method, path, form = {}) => {
    const did = await control.call<{ status: number; json: Shown }>('POST', '/act', {
      method,
      path,
      form,
    });
    if (did.status !== 200) throw new Error(`Stripe refused it: ${JSON.stringify(did.json)}`);
    return did.json;
  };
  const objects = (table: string) => control.call<Shown[]>('GET', `/objects/${table}`);
  return {
    apiBaseUrl: `${url}/api`,
    auth: 'api_key',
    credential: keys.find(({ kind }) => kind === 'secret')?.secret ?? '',
    wrongCredential: `sk_test_${'x'.repeat(24)}`,
    account: { id: 'acct_1NorthwindPumps00', name: 'Northwind Pumps' },
    streams: [customersOf(act, objects), paymentsOf(act, objects)],
    webhooks: receiver,
    failNext: async (how) => {
      const effect = {
        'rate limit': { status: 429, body: 'json' },
        'server fault': { status: 500, body: 'json' },
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

type Objects = (table: string) => Promise<Shown[]>;

const scope = { of: 'account' };
const refOf = ({ id }: Shown) => ({
  externalId: id,
  externalKey: null,
  scope,
});

function customersOf(act: Act, objects: Objects): ContractStream {
  let turn = 0;
  const add = () => act('POST', '/v1/customers', { name: 'Contract' });
  return {
    resource: 'customers',
    scopeKey: 'account',
    isRankedByReading: true,
    all: async () =>
      (await objects('customers')).filter(({ deleted }) => deleted !== true).map(({ id }) => id),
    change: async () => {
      turn += 1;
      const told = `Contract, changed ${turn}`;
      const email = `contract.${turn}@example.com`;
      const made = await add();
      const { externalId } = refOf(made);
      await act('POST', `/v1/customers/${externalId}`, { name: told, email });
      return { externalId, fields: { name: told, emails: [email], phones: [] }, told };
    },
    remove: async () => {
      const ref = refOf(await add());
      await act('DELETE', `/v1/customers/${ref.externalId}`);
      return { ...ref, told: 'customer.deleted' };
    },
    write: async () => {
      turn += 1;
      return {
        ref: refOf(await add()),
        fields: {
          name: `Written ${turn}`,
          emails: [`written.${turn}@example.com`],
          phones: ['+49301234567'],
          description: 'Two lines,\nboth kept',
        },
      };
    },
    refused: async () => ({
      ref: refOf(await add()),
      fields: { emails: ['nobody'] },
      field: 'emails',
    }),
  };
}

function paymentsOf(act: Act, objects: Objects): ContractStream {
  let turn = 0;
  const pay = () =>
    act('POST', '/v1/payment_intents', {
      amount: '250000',
      currency: 'eur',
      description: 'Contract',
      confirm: 'true',
      payment_method: 'pm_card_visa',
    });
  return {
    resource: 'payments',
    scopeKey: 'account',
    isRankedByReading: true,
    all: async () => (await objects('payments')).map(({ id }) => id),
    change: async () => {
      turn += 1;
      const { externalId } = refOf(await pay());
      const refunded = 1_000 + turn;
      const form = { payment_intent: externalId, amount: String(refunded) };
      await act('POST', '/v1/refunds', form);
      return {
        externalId,
        fields: { state: 'partly_refunded', refunded, amount: 250_000, currency: 'eur' },
        told: `"amount_refunded": ${refunded},`,
      };
    },
    write: async () => {
      turn += 1;
      return { ref: refOf(await pay()), fields: { description: `Written ${turn}` } };
    },
    refused: async () => ({
      ref: refOf(await pay()),
      fields: { description: 'x'.repeat(1_001) },
      field: 'description',
    }),
  };
}
