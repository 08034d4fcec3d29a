import { newDeliveryGuid } from './delivery-queue.ts';
import { completePayload } from './hook-payload.ts';
import type { HookRow, RepoRow } from './rows.ts';
import type { World } from './world.ts';

/** Sends one event to every hook of the repository that wants it. */
export function dispatchEvent(
  world: World,
  event: string,
  action: string | undefined,
  payload: unknown,
  repo: RepoRow,
): void {
  const hooks = world.tables.hooks
    .findBy('repo_id', repo.id)
    .filter((hook) => hook.active && (hook.events.includes('*') || hook.events.includes(event)));
  if (hooks.length === 0) return;
  const text = JSON.stringify(completePayload(world, event, action, payload, repo));
  for (const hook of hooks) sendToHook(world, hook, event, action ?? null, text);
}

export function sendToHook(
  world: World,
  hook: HookRow,
  event: string,
  action: string | null,
  payload: string,
): void {
  const guid = newDeliveryGuid();
  world.deliveries.enqueue({ hook, event, action, payload, guid, redelivery: false });
}
