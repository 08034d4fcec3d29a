import { Agent, request } from 'node:http';
import { headersOf, type IssueEvent } from './issue-events.ts';

/** Calls under way at one moment. */
const concurrency = 24;
const answerMs = 10_000;
const againAfterMs = 40;
/** A door that stays closed for this many tries is a fault of the hub and not of the moment. */
const triesAtMost = 1_500;

/**
 * A service that sends until it hears yes, the same delivery id each time. Resolves with every event
 * that was acknowledged; an answer that is neither yes nor "come again" is a fault.
 */
export async function sendAll(
  url: () => string,
  secret: string,
  events: readonly IssueEvent[],
  onAcknowledged: (event: IssueEvent) => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const waiting = [...events];
  const send = async (): Promise<void> => {
    for (;;) {
      const event = waiting.shift();
      if (!event) return;
      await untilAcknowledged(agent, url, secret, event);
      onAcknowledged(event);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, send));
  } finally {
    agent.destroy();
  }
}

async function untilAcknowledged(
  agent: Agent,
  url: () => string,
  secret: string,
  event: IssueEvent,
): Promise<void> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const status = await post(agent, url(), event, secret).catch(() => null);
    if (status === 200) return;
    if (status !== null && status !== 429 && status < 500) {
      throw new Error(`A genuine webhook was answered ${status}`);
    }
    await new Promise((resolve) => setTimeout(resolve, againAfterMs));
  }
  throw new Error(`${event.deliveryId} was never taken`);
}

function post(agent: Agent, url: string, event: IssueEvent, secret: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      headers: { ...headersOf(event, secret), 'content-length': Buffer.byteLength(event.body) },
      timeout: answerMs,
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.end(event.body);
  });
}
