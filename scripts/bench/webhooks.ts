import { Agent, request } from 'node:http';
import { headersOf, type IssueEvent, issueEvents } from '../../tests/system/crash/issue-events.ts';

export { issueEvents };

/** A webhook made before the clock runs: signing is the sender's work. */
export interface Signed {
  headers: Record<string, string | number>;
  body: string;
}

export const signAll = (events: readonly IssueEvent[], secret: string): Signed[] =>
  events.map((event) => ({
    body: event.body,
    headers: { ...headersOf(event, secret), 'content-length': Buffer.byteLength(event.body) },
  }));

const againAfterMs = 100;

/** As a service does: what is turned away for now is sent again. Answers how often it was turned away. */
async function post(agent: Agent, url: URL, signed: Signed): Promise<number> {
  for (let refusals = 0; ; refusals += 1) {
    const status = await postOnce(agent, url, signed);
    if (status === 200) return refusals;
    if (status !== 429 && status !== 503) {
      throw new Error(`A good webhook was answered ${status}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, againAfterMs));
  }
}

function postOnce(agent: Agent, url: URL, { headers, body }: Signed): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        resolve(answer.statusCode ?? 0);
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** So many at once, as fast as they are answered; milliseconds for all of them. */
export async function sendClosed(
  url: string,
  all: readonly Signed[],
  connections: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(url);
  const queue = all.values();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const one of queue) await post(agent, target, one);
    }),
  );
  const took = performance.now() - began;
  agent.destroy();
  return took;
}

/** At the pace, whatever becomes of the ones before; each time counts from when it was meant to leave. */
export async function sendOpen(
  url: string,
  all: readonly Signed[],
  perSecond: number,
): Promise<{ acks: number[]; refusals: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const target = new URL(url);
  const began = performance.now();
  let refusals = 0;
  const under: Promise<number>[] = [];
  for (const [index, one] of all.entries()) {
    const meantAt = began + (index * 1000) / perSecond;
    const dueIn = meantAt - performance.now();
    if (dueIn > 1) await new Promise((resolve) => setTimeout(resolve, dueIn));
    const acknowledged = post(agent, target, one).then((turnedAway) => {
      refusals += turnedAway;
      return performance.now() - meantAt;
    });
    under.push(acknowledged);
  }
  const acks = await Promise.all(under);
  agent.destroy();
  return { acks, refusals };
}
