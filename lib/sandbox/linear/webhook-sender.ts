import { createHmac, randomUUID } from 'node:crypto';
import { DeliveryLanes } from '../delivery-lanes.ts';
import type { Faults } from '../faults.ts';
import { ownTeam } from './access.ts';
import type { Caller } from './grants.ts';
import { type IssueAction, issueEvent, signable } from './issue-event.ts';
import type { IssueRow, WebhookRow } from './rows.ts';
import type { LinearWorld } from './world.ts';

/** A receiver has five seconds. https://linear.app/developers/webhooks#how-does-a-webhook-work */
const timeoutMs = 5_000;
const attemptsKept = 200;
/** After so many deliveries in a row that were given up, the webhook is switched off. */
const failuresAllowed = 20;

interface Delivery {
  id: string;
  event: string;
  action: string;
  body: Record<string, unknown>;
}

/** Sends webhooks as Linear does: in order, signed, and again after a while unless it hears 200. */
export class WebhookSender {
  readonly #lanes: DeliveryLanes;

  constructor(faults: Faults) {
    this.#lanes = new DeliveryLanes(faults);
  }

  get pending(): number {
    return this.#lanes.pending;
  }

  close = (): Promise<void> => this.#lanes.close();

  announceIssue(
    world: LinearWorld,
    caller: Caller,
    action: IssueAction,
    issue: IssueRow,
    before: IssueRow | null,
  ): void {
    const team = ownTeam(world, issue);
    const hooks = world.tables.webhooks
      .all()
      .filter((hook) => hook.enabled && hook.resourceTypes.includes('Issue'))
      .filter((hook) => hook.teamUuid === team.uuid || (hook.allPublicTeams && !team.private));
    if (hooks.length === 0) return;
    const body = issueEvent(world, caller, action, issue, before);
    for (const hook of hooks) this.#deliver(world, hook, action, body);
  }

  #deliver(world: LinearWorld, hook: WebhookRow, action: string, body: Delivery['body']): void {
    const delivery = { id: randomUUID(), event: 'Issue', action, body };
    this.#lanes.enqueue(
      hook.id,
      () => this.#attempt(world, hook.id, delivery, 1),
      () => this.#record(world, hook, delivery, 1, null),
    );
  }

  async #attempt(
    world: LinearWorld,
    hookId: number,
    delivery: Delivery,
    attempt: number,
  ): Promise<void> {
    // It may have been removed or given another secret meanwhile.
    const hook = world.tables.webhooks.get(hookId);
    if (!hook?.enabled) return;
    const payload = signable(world, delivery.body, hook);
    const status = await this.#post(hook, delivery, payload);
    if (this.#lanes.signal.aborted) return;
    this.#record(world, hook, delivery, attempt, status, payload);
    if (status === 200) {
      world.tables.webhooks.update(hookId, { failures: 0 });
      return;
    }
    const wait = world.settings.retryAfterMs[attempt - 1];
    if (wait !== undefined) {
      this.#lanes.later(wait, () => this.#attempt(world, hookId, delivery, attempt + 1));
      return;
    }
    const failures = hook.failures + 1;
    world.tables.webhooks.update(hookId, { failures, enabled: failures < failuresAllowed });
  }

  async #post(hook: WebhookRow, delivery: Delivery, payload: string): Promise<number | null> {
    const signal = AbortSignal.any([this.#lanes.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const answer = await fetch(hook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Linear-Webhook',
          'linear-delivery': delivery.id,
          'linear-event': delivery.event,
          'linear-signature': createHmac('sha256', hook.secret).update(payload).digest('hex'),
        },
        body: payload,
        signal,
        redirect: 'manual',
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  }

  #record(
    world: LinearWorld,
    hook: WebhookRow,
    delivery: Delivery,
    attempt: number,
    status: number | null,
    payload = '',
  ): void {
    const { attempts } = world.tables;
    const { id, event, action } = delivery;
    const row = { webhookUuid: hook.uuid, delivery: id, event, action, attempt, status, payload };
    attempts.insert(row);
    for (const old of attempts.all().slice(0, Math.max(0, attempts.count() - attemptsKept))) {
      attempts.delete(old.id);
    }
  }
}
