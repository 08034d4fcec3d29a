import { randomBytes } from 'node:crypto';
import { postSigned } from './send-event.ts';
import { SlackError } from './slack-error.ts';
import type { AppRow, SlackWorld } from './world.ts';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Event Subscriptions → Request URL: Slack asks the address for its challenge before it is kept.
 * https://docs.slack.dev/apis/events-api/using-http-request-urls#challenge
 */
export async function setRequestUrl(world: SlackWorld, app: AppRow, url: string): Promise<void> {
  if (url === '') {
    world.tables.apps.update(app.id, { requestUrl: null });
    return;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new SlackError('Your URL is not a web address.');
  }
  if (!loopbackHosts.has(new URL(url).hostname)) {
    throw new SlackError('This sandbox delivers to this machine only.');
  }
  const challenge = randomBytes(24).toString('hex');
  const body = JSON.stringify({
    token: 'sandbox-verification-token',
    challenge,
    type: 'url_verification',
  });
  const answer = await postSigned(world, { ...app, requestUrl: url }, body);
  if (answer.status !== 200 || !holds(answer.text, challenge)) {
    throw new SlackError(
      `Your URL didn't respond with the value of the challenge parameter (status ${answer.status}).`,
    );
  }
  world.tables.apps.update(app.id, { requestUrl: url });
}

/** The bare text, or JSON with the key `challenge`. */
function holds(text: string, challenge: string): boolean {
  if (text.trim() === challenge) return true;
  try {
    const json: unknown = JSON.parse(text);
    return (
      typeof json === 'object' &&
      json !== null &&
      'challenge' in json &&
      json.challenge === challenge
    );
  } catch {
    return false;
  }
}
