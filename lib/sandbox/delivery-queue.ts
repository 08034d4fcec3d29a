import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '#lib/core/index';
import { DeliveryLanes } from './delivery-lanes.ts';
import type { Faults } from './faults.ts';
import type { DeliveryRow, HookRow } from './rows.ts';
import { githubTime, type Tables } from './store.ts';

/** GitHub gives a receiver ten seconds. */
const timeoutMs = 10_000;
const deliveriesKept = 200;
/** Answers are kept for the reader of the delivery, not in full. */
const answerChars = 10_000;

export interface Outgoing {
  hook: HookRow;
  event: string;
  action: string | null;
  payload: string;
  guid: string;
  redelivery: boolean;
}

/** Sends webhooks as GitHub does: one attempt, a GUID, a signature, and a record of what came back. */
export class DeliveryQueue {
  readonly #clock: Clock;
  readonly #tables: Tables;
  readonly #lanes: DeliveryLanes;

  constructor(clock: Clock, tables: Tables, faults: Faults) {
    this.#clock = clock;
    this.#tables = tables;
    this.#lanes = new DeliveryLanes(faults);
  }

  get pending(): number {
    return this.#lanes.pending;
  }

  enqueue(outgoing: Outgoing): void {
    this.#lanes.enqueue(
      outgoing.hook.id,
      () => this.#send(outgoing),
      () => this.#record(outgoing, { code: 502, status: 'failed to connect to host' }),
    );
  }

  close = (): Promise<void> => this.#lanes.close();

  async #send(outgoing: Outgoing): Promise<void> {
    const { hook } = outgoing;
    const body =
      hook.content_type === 'form'
        ? new URLSearchParams({ payload: outgoing.payload }).toString()
        : outgoing.payload;
    const headers = deliveryHeaders(outgoing, body);
    const started = performance.now();
    const signal = AbortSignal.any([this.#lanes.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const answer = await fetch(hook.url, {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'manual',
      });
      const text = await answer.text();
      this.#record(outgoing, {
        code: answer.status,
        status: answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`,
        seconds: (performance.now() - started) / 1000,
        headers: Object.fromEntries(answer.headers),
        text: text.slice(0, answerChars),
      });
    } catch (cause) {
      if (this.#lanes.signal.aborted) return;
      const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
      this.#record(outgoing, {
        code: timedOut ? 504 : 502,
        status: timedOut ? 'timed out' : 'failed to connect to host',
        seconds: (performance.now() - started) / 1000,
      });
    }
  }

  #record(outgoing: Outgoing, result: DeliveryResult): void {
    const { hook } = outgoing;
    const row: Omit<DeliveryRow, 'id' | 'created_at' | 'updated_at'> = {
      hook_id: hook.id,
      guid: outgoing.guid,
      event: outgoing.event,
      action: outgoing.action,
      repository_id: hook.repo_id,
      redelivery: outgoing.redelivery,
      url: hook.url,
      request_headers: deliveryHeaders(outgoing, outgoing.payload),
      payload: outgoing.payload,
      delivered_at: githubTime(this.#clock.now()),
      duration: Math.round((result.seconds ?? 0) * 100) / 100,
      status: result.status,
      status_code: result.code,
      response_headers: result.headers ?? {},
      response_payload: result.text ?? '',
    };
    this.#tables.deliveries.insert(row);
    const ok = result.code >= 200 && result.code < 300;
    this.#tables.hooks.update(hook.id, {
      last_response: { code: result.code, status: ok ? 'active' : 'error', message: result.status },
    });
    const surplus = this.#tables.deliveries.count() - deliveriesKept;
    if (surplus <= 0) return;
    for (const old of this.#tables.deliveries.all().slice(0, surplus)) {
      this.#tables.deliveries.delete(old.id);
    }
  }
}

interface DeliveryResult {
  code: number;
  status: string;
  seconds?: number;
  headers?: Record<string, string>;
  text?: string;
}

export const newDeliveryGuid = (): string => randomUUID();

/**
 * The headers of a delivery.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
 */
function deliveryHeaders(outgoing: Outgoing, body: string): Record<string, string> {
  const { hook, event, guid } = outgoing;
  const sign = (algorithm: string, secret: string): string =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  return {
    accept: '*/*',
    'content-type':
      hook.content_type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json',
    'user-agent': 'GitHub-Hookshot/7c0ffee',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-id': String(hook.repo_id),
    'x-github-hook-installation-target-type': 'repository',
    ...(hook.secret
      ? {
          'x-hub-signature': sign('sha1', hook.secret),
          'x-hub-signature-256': sign('sha256', hook.secret),
        }
      : {}),
  };
}
