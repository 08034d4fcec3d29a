import { createHmac } from 'node:crypto';
import { type AppRow, type ChannelRow, newId, type SlackWorld, team } from './world.ts';

/** Slack waits three seconds. */
const timeoutMs = 3_000;
const deliveriesKept = 300;
const answerChars = 10_000;

/** Tells every app that is in the channel, may read it and has an address for events. */
export function sendEvent(
  world: SlackWorld,
  channel: ChannelRow,
  event: Record<string, unknown>,
): void {
  for (const app of world.tables.apps.all()) {
    if (app.requestUrl === null || !channel.members.includes(app.botUser)) continue;
    if (!isInstalled(world, app)) continue;
    const eventId = newId('Ev');
    const body = JSON.stringify({
      token: 'sandbox-verification-token',
      team_id: team.id,
      context_team_id: team.id,
      api_app_id: app.appId,
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(world.clock.now() / 1_000),
      authorizations: [
        { enterprise_id: null, team_id: team.id, user_id: app.botUser, is_bot: true },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${eventId}`,
    });
    const type = String(event['type']);
    const delivery = { clientId: app.clientId, eventId, type, body };
    world.lanes.enqueue(
      app.id,
      () => attempt(world, delivery, 1, null),
      () => record(world, delivery, 1, 0),
    );
  }
}

const isInstalled = (world: SlackWorld, app: AppRow): boolean =>
  world.tables.tokens.all().some((token) => token.clientId === app.clientId && !token.revoked);

interface Delivery {
  clientId: string;
  eventId: string;
  type: string;
  body: string;
}

async function attempt(
  world: SlackWorld,
  delivery: Delivery,
  count: number,
  reason: string | null,
): Promise<void> {
  const app = world.tables.apps.findOneBy('clientId', delivery.clientId);
  if (!app?.requestUrl) return;
  const retry: Record<string, string> =
    reason === null
      ? {}
      : { 'x-slack-retry-num': String(count - 1), 'x-slack-retry-reason': reason };
  const answer = await postSigned(world, app, delivery.body, retry);
  if (world.lanes.signal.aborted) return;
  record(world, delivery, count, answer.status);
  const isTaken = answer.status >= 200 && answer.status < 300;
  const waitMs = world.settings.retryMs[count - 1];
  if (isTaken || answer.isNoRetry || waitMs === undefined) return;
  const why = answer.status === 0 ? 'http_timeout' : 'http_error';
  world.lanes.later(waitMs, () => attempt(world, delivery, count + 1, why));
}

interface Answered {
  /** 0: nobody answered in time. */
  status: number;
  text: string;
  isNoRetry: boolean;
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export async function postSigned(
  world: SlackWorld,
  app: Pick<AppRow, 'requestUrl' | 'signingSecret'>,
  body: string,
  more: Record<string, string> = {},
): Promise<Answered> {
  const timestamp = Math.floor(world.clock.now() / 1_000);
  const digest = createHmac('sha256', app.signingSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  try {
    const answer = await fetch(app.requestUrl ?? '', {
      method: 'POST',
      headers: {
        accept: '*/*',
        'content-type': 'application/json',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': `v0=${digest}`,
        ...more,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([world.lanes.signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = (await answer.text()).slice(0, answerChars);
    return {
      status: answer.status,
      text,
      isNoRetry: answer.headers.get('x-slack-no-retry') === '1',
    };
  } catch {
    return { status: 0, text: '', isNoRetry: false };
  }
}

function record(world: SlackWorld, delivery: Delivery, count: number, status: number): void {
  const { deliveries } = world.tables;
  const { clientId, eventId, type } = delivery;
  deliveries.insert({ clientId, eventId, type, attempt: count, status_code: status });
  const surplus = deliveries.count() - deliveriesKept;
  if (surplus <= 0) return;
  for (const old of deliveries.all().slice(0, surplus)) deliveries.delete(old.id);
}
