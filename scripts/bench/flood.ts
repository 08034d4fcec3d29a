import { randomBytes } from 'node:crypto';
import { sealTo } from '#lib/security/index';
import { webhookSecretField } from '#lib/security/open-webhook-secret';
import { badRequests, signed } from '../../tests/integration/webhooks/bad-requests.ts';
import { openDatabase } from '../../tests/system/inside.ts';
import { postWebhook } from '../../tests/system/post-webhook.ts';
import { readSecrets } from '../start/secrets.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';
import { now } from './paint.ts';
import { type BenchHub, closeHub, openHub } from './people.ts';

const rounds = 5;
/** Of each round and side. */
const goodRequests = 300;
const perSecond = { good: 50, bad: 50 };
/** Good webhooks beside bad ones: their p99 against the p99 without them. */
const barRatio = 2;

interface Target {
  origin: string;
  endpointId: string;
  secret: string;
}

/** The endpoint of the hub's stream, under a secret this bench knows. */
async function openTarget({ hub }: BenchHub): Promise<Target> {
  const sql = await openDatabase(hub.stateDir);
  try {
    const [endpoint] = await sql<{ id: string; workspace_id: string }[]>`
      select id, workspace_id from public.webhook_endpoints`;
    if (!endpoint) throw new Error('The stream has no webhook.');
    const secret = randomBytes(32).toString('hex');
    const { publicKey } = readSecrets(hub.stateDir).gateway;
    const context = {
      workspaceId: endpoint.workspace_id,
      ownerId: endpoint.id,
      field: webhookSecretField,
    };
    const { envelope, keyId } = sealTo(publicKey, secret, context);
    await sql`update private.webhook_secrets set envelope = ${envelope}, key_id = ${keyId}
      where endpoint_id = ${endpoint.id}`;
    return { origin: hub.origin, endpointId: endpoint.id, secret };
  } finally {
    await sql.end();
  }
}

/** Sends at the pace, whatever becomes of the ones before, from the time each was meant to leave. */
async function paced(
  count: number,
  rate: number,
  send: (index: number) => Promise<void>,
): Promise<number[]> {
  const began = now();
  const under: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    const meantAt = began + (index * 1000) / rate;
    const dueIn = meantAt - now();
    if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
    under.push(send(index).then(() => now() - meantAt));
  }
  return Promise.all(under);
}

const sendGood = (target: Target) =>
  paced(goodRequests, perSecond.good, async () => {
    const body = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 });
    const sent = signed(target.secret, body, { 'x-github-event': 'ping' });
    const { status } = await postWebhook(target.origin, target.endpointId, sent);
    if (status !== 200) throw new Error(`A good webhook was answered ${status}.`);
  });

const sendBad = (target: Target) =>
  paced((goodRequests * perSecond.bad) / perSecond.good, perSecond.bad, async (index) => {
    const bad = badRequests[index % badRequests.length];
    if (!bad) return;
    const { status } = await postWebhook(target.origin, target.endpointId, bad.make(target.secret));
    if (status < 400 || status > 499) throw new Error(`${bad.name} was answered ${status}.`);
  });

export async function floodBench(): Promise<Result[]> {
  const world = await openHub();
  const times = { beside: [] as number[], alone: [] as number[] };
  try {
    const target = await openTarget(world);
    await sendGood(target);
    for (let round = 0; round < rounds; round += 1) {
      times.alone.push(...(await sendGood(target)));
      const [beside] = await Promise.all([sendGood(target), sendBad(target)]);
      times.beside.push(...beside);
    }
  } finally {
    await closeHub(world);
  }
  const [beside, alone] = [quantile(times.beside, 0.99), quantile(times.alone, 0.99)];
  return [
    compare({
      bench: 'flood: good webhooks beside bad ones',
      against: 'without them',
      ours: times.beside,
      reference: times.alone,
      share: 0.99,
      unit: 'ms',
    }),
    {
      figure: figure({
        bench: 'flood: ratio of the p99s',
        against: 'bar',
        ours: beside / alone,
        reference: barRatio,
        unit: '×',
        n: times.beside.length,
      }),
      spread: spreadOf(times.beside, 'ms'),
    },
  ];
}
