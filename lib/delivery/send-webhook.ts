import { type Clock, isHubError } from '#lib/core/index';
import type { Opener, Outgoing } from '#lib/security/index';
import type { DestinationGate } from './destination-gate.ts';
import { judgeAnswer, judgeFault, type Verdict } from './judge-answer.ts';
import { configSchemas } from './schema.ts';
import type { Destination, OwedDelivery, Sender } from './sender.ts';
import { subscriptionSecretField } from './sender.ts';
import { signWebhook } from './sign-webhook.ts';
import { readSigningSecret } from './signing-secret.ts';
import { readExcerpt, writeExcerpt } from './webhook-excerpt.ts';
import { type TellableRecord, writePayload } from './webhook-payload.ts';

export interface WebhookSenderDeps {
  outgoing: Outgoing;
  opener: Opener;
  gate: DestinationGate;
  readRecord(at: { workspaceId: string; recordId: string }): Promise<TellableRecord | null>;
  clock: Clock;
}

/** Standard Webhooks: 15 to 30 s. Up to the answer's head; an excerpt of its body has a second more. */
export const webhookTimeoutMs = 15_000;
const bodyMs = 1_000;
/** Declared or not, of a longer answer only the excerpt is read. */
const answerMaxBytes = Number.MAX_SAFE_INTEGER;

/** Sends a change as a signed POST, as Standard Webhooks 1.0 says. */
export function webhookSender(deps: WebhookSenderDeps): Sender {
  return {
    kind: 'webhook',
    send: (delivery, destination, signal) =>
      deps.gate.pass(
        { workspaceId: delivery.workspaceId, subscriptionId: destination.id },
        async () => {
          const record = await deps.readRecord(delivery);
          return post(
            deps,
            { delivery, destination, body: writePayload(delivery, record) },
            signal,
          );
        },
      ),
  };
}

interface Post {
  delivery: OwedDelivery;
  destination: Destination;
  body: string;
}

async function post(
  deps: WebhookSenderDeps,
  { delivery, destination, body }: Post,
  signal: AbortSignal,
): Promise<Verdict> {
  const config = configSchemas.webhook.safeParse(destination.config);
  if (!config.success || destination.secret === null) {
    return unusable('delivery.config_invalid', 'It has no address or no signing secret.');
  }
  const secrets = [destination.secret, destination.previousSecret].flatMap((envelope) =>
    envelope === null ? [] : [openSecret(deps.opener, destination, envelope)],
  );
  try {
    const answer = await deps.outgoing.stream({
      method: 'POST',
      url: config.data.url,
      headers: {
        ...signWebhook(
          { id: delivery.id, sentAtMs: deps.clock.now(), body },
          secrets.map(readSigningSecret),
        ),
        'content-type': 'application/json',
        'user-agent': 'Patchbay-Webhooks/1',
        'patchbay-attempt': String(delivery.attempt),
      },
      body,
      timeoutMs: webhookTimeoutMs,
      bodyMs,
      maxBytes: answerMaxBytes,
      signal,
    });
    return judgeAnswer({
      status: answer.status,
      retryAfter: answer.headers.get('retry-after'),
      excerpt: await excerptOf(answer, secrets),
      nowMs: deps.clock.now(),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    return judgeFault(error);
  }
}

/** The status was said already: a body that breaks off or never ends changes nothing. */
async function excerptOf(
  answer: { body: AsyncGenerator<Uint8Array>; close(): void },
  secrets: readonly string[],
): Promise<string> {
  try {
    return writeExcerpt(await readExcerpt(answer.body), secrets);
  } catch (error) {
    if (!isHubError(error)) throw error;
    return '';
  } finally {
    answer.close();
  }
}

const openSecret = (opener: Opener, { id, workspaceId }: Destination, envelope: Buffer): string =>
  opener
    .open(envelope, { workspaceId, ownerId: id, field: subscriptionSecretField })
    .toString('utf8');

/** Said of our own row: the destination has not been asked. */
const unusable = (code: string, reason: string): Verdict => ({
  outcome: { type: 'refused', code, reason },
  health: 'none',
  throttle: false,
  restMs: null,
});
