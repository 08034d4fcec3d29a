import type { Page } from 'playwright';
import type { RecordRow } from '#lib/records/schema';
import { type Echo, startEcho } from '../../tests/bench/echo.ts';
import { repo } from '../../tests/system/person.ts';
import { eventually, until } from '../../tests/system/waiting.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';
import { now, painted, watchPaint } from './paint.ts';
import {
  type BenchHub,
  closeHub,
  openBrowser,
  openHub,
  openPage,
  openRecords,
  signIn,
} from './people.ts';

const rounds = 5;
/** Of each round and side; each waits until the one before has come to rest. */
const changes = 30;
const perSecond = { webhook: 20, commit: 5 };
/** Webhook sent → painted in another browser, p95. */
const barMs = 300;
const restDeadlineMs = 60_000;

/** Does something that will be seen; answers how to learn when it began. */
type Act = (mark: string, index: number) => Promise<() => Promise<number> | number>;

/** Acts at the pace, whatever becomes of the ones before; answers how long each took to be painted. */
async function paced(page: Page, prefix: string, rate: number, act: Act): Promise<number[]> {
  const began = now();
  const acts: { mark: string; begun: ReturnType<Act> }[] = [];
  for (let index = 0; index < changes; index += 1) {
    const dueIn = began + (index * 1000) / rate - now();
    if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
    const mark = `mark-${prefix}-${index}`;
    acts.push({ mark, begun: act(mark, index) });
  }
  const seen: number[] = [];
  for (const { mark } of acts) seen.push((await painted(page, mark)).at);
  const times: number[] = [];
  for (const [index, { begun }] of acts.entries()) {
    times.push((seen[index] ?? Number.NaN) - (await (await begun)()));
  }
  return times;
}

/** A colleague edits in GitHub; the time is when that edit is sent there, before its webhook leaves. */
const inGitHub =
  ({ sandbox }: BenchHub, numbers: number[]): Act =>
  async (title, index) => {
    const sentAt = now();
    const path = `/repos/${repo}/issues/${numbers[index % numbers.length]}`;
    await sandbox.act({ as: 'tobias-renner', method: 'PATCH', path, body: { title } });
    return () => sentAt;
  };

/** Another member edits in the hub; the time is the beginning of the transaction that commits it. */
const inHub =
  ({ person }: BenchHub, records: RecordRow[]): Act =>
  async (title, index) => {
    const { id, version } = records[index % records.length] ?? { id: '', version: 1 };
    const mutation_id = crypto.randomUUID();
    await person.ask('PATCH', `/records/${id}`, { mutation_id, version, data: { title } });
    return async () => {
      const { changes: log } = await person.history(id);
      return Date.parse(log.find((change) => change.mutation_id === mutation_id)?.at ?? '');
    };
  };

const inEcho =
  (echo: Echo): Act =>
  async (mark) => {
    const sentAt = now();
    echo.send(mark);
    return () => sentAt;
  };

/** Nothing is on its way any more, in either direction; answers the records that are shown. */
const atRest = ({ person, sandbox }: BenchHub, numbers: number[]): Promise<RecordRow[]> =>
  eventually(
    'everything is at rest',
    async () => {
      const { pendingDeliveries } = await sandbox.status();
      const path = '/inbox-events?limit=1&status=';
      for (const status of ['pending', 'queued', 'failed']) {
        const { data } = await person.ask<{ data: unknown[] }>('GET', `${path}${status}`);
        if (data.length > 0) return null;
      }
      const all = await person.records();
      const isSynced = all.every(({ links }) => links.every(({ state }) => state === 'synced'));
      return isSynced && pendingDeliveries === 0
        ? all.filter(({ data }) => numbers.includes(Number(data['number'])))
        : null;
    },
    restDeadlineMs,
  );

export async function liveBench(): Promise<Result[]> {
  const world = await openHub();
  const [browser, echo] = [await openBrowser(), await startEcho()];
  const [records, bare] = [await openPage(browser), await openPage(browser)];
  const times = { webhook: [] as number[], commit: [] as number[], echo: [] as number[] };
  try {
    await Promise.all([watchPaint(records), watchPaint(bare)]);
    await signIn(records, world.hub.origin);
    const numbers = (await openRecords(records, world.hub.origin)).slice(0, changes);
    await bare.goto(echo.url);
    await until('the bare page listens', () => echo.listeners() > 0);
    const { webhook, commit } = perSecond;
    for (let round = 0; round < rounds; round += 1) {
      await atRest(world, numbers);
      times.echo.push(...(await paced(bare, `echo${round}`, webhook, inEcho(echo))));
      const there = inGitHub(world, numbers);
      times.webhook.push(...(await paced(records, `there${round}`, webhook, there)));
      const here = inHub(world, await atRest(world, numbers));
      times.commit.push(...(await paced(records, `here${round}`, commit, here)));
    }
  } finally {
    await browser.close();
    await echo.close();
    await closeHub(world);
  }
  const held = { against: 'echo', reference: times.echo, unit: 'ms' };
  return [
    compare({ ...held, bench: 'live: webhook → painted', ours: times.webhook, share: 0.5 }),
    compare({ ...held, bench: 'live: webhook → painted', ours: times.webhook, share: 0.95 }),
    compare({ ...held, bench: 'live: commit → painted', ours: times.commit, share: 0.5 }),
    compare({ ...held, bench: 'live: commit → painted', ours: times.commit, share: 0.95 }),
    {
      figure: figure({
        bench: 'live: webhook → painted p95',
        against: 'bar',
        ours: quantile(times.webhook, 0.95),
        reference: barMs,
        unit: 'ms',
        n: times.webhook.length,
      }),
      spread: spreadOf(times.webhook, 'ms'),
    },
  ];
}
