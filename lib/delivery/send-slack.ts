import { HubError, isHubError } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { isResting } from '#lib/resilience/index';
import type { Opener, Outgoing } from '#lib/security/index';
import type { DestinationGate } from './destination-gate.ts';
import { judgeAnswer, judgeFault, type Verdict } from './judge-answer.ts';
import { type MessageContext, readMessageContext } from './message-store.ts';
import { renderTemplate, slackMedium } from './render-template.ts';
import { configSchemas, type SlackConfig } from './schema.ts';
import {
  type Destination,
  type OwedDelivery,
  type Sender,
  type SendOutcome,
  subscriptionSecretField,
} from './sender.ts';
import { parseTemplate } from './template.ts';
import { defaultTemplates, templateValues } from './template-values.ts';
import { secretsOfAddress, writeExcerpt } from './webhook-excerpt.ts';

/** Says it by a connection of the workspace, within that connection's budget. */
export type Announce = (
  at: { workspaceId: string; connectionId: string },
  what: { place: string; text: string; key: string; maybeSince: string | null },
  signal: AbortSignal,
) => Promise<void>;

export interface SlackSenderDeps {
  db: Db;
  outgoing: Outgoing;
  opener: Opener;
  gate: DestinationGate;
  announce: Announce;
  clock: { now(): number };
  /** Where this hub is reached. */
  origin: string;
}

const bounds = { timeoutMs: 15_000, maxBytes: 16_384 } as const;
/** What Slack itself gives out; an address elsewhere is not Slack. */
const incomingHost = /^hooks\.slack(?:-gov)?\.com$/;

/** Posts a message for each change: by a connection, or to an incoming webhook's address. */
export function slackSender(deps: SlackSenderDeps): Sender {
  return {
    kind: 'slack',
    send: async (delivery, destination, signal) => {
      const config = configSchemas.slack.safeParse(destination.config);
      if (!config.success) return unusable('Its settings cannot be read.');
      const context = await readMessageContext(deps.db, { ...delivery, name: destination.name });
      if (isEcho(delivery, context, config.data)) {
        return { type: 'delivered', excerpt: 'Not posted: it was said in this Slack itself.' };
      }
      const text = writeMessage(deps, delivery, context, config.data);
      const { connection_id: connectionId, channel } = config.data;
      if (connectionId !== undefined) {
        if (channel === undefined) return unusable('It names no channel.');
        return byConnection(deps, { delivery, connectionId, channel, text }, signal);
      }
      return deps.gate.pass(
        { workspaceId: delivery.workspaceId, subscriptionId: destination.id },
        () => byAddress(deps, destination, text, signal),
      );
    },
  };
}

/**
 * What was said in a Slack is not told there again: our own message would come back as a change and
 * go round for ever.
 */
export const isEcho = (
  { kind, connectionId }: Pick<OwedDelivery, 'kind' | 'connectionId'>,
  { connector }: Pick<MessageContext, 'connector'>,
  config: SlackConfig,
): boolean =>
  kind === 'message' &&
  (config.connection_id === undefined
    ? connector === 'slack'
    : connectionId === config.connection_id);

function writeMessage(
  deps: SlackSenderDeps,
  delivery: OwedDelivery,
  context: MessageContext,
  { template }: SlackConfig,
): string {
  const values = templateValues(delivery, context, deps.origin);
  return renderTemplate(parseTemplate(template ?? defaultTemplates.slack), values, slackMedium);
}

interface Message {
  delivery: OwedDelivery;
  connectionId: string;
  channel: string;
  text: string;
}

async function byConnection(
  deps: SlackSenderDeps,
  { delivery, connectionId, channel, text }: Message,
  signal: AbortSignal,
): Promise<SendOutcome> {
  try {
    await deps.announce(
      { workspaceId: delivery.workspaceId, connectionId },
      {
        place: channel,
        text,
        key: delivery.id,
        // An attempt before this one may have ended without anybody hearing of it.
        maybeSince: delivery.attempt > 1 ? delivery.createdAt : null,
      },
      signal,
    );
    return { type: 'delivered' };
  } catch (error) {
    if (signal.aborted || !isHubError(error)) throw error;
    return judgeAnnounced(error);
  }
}

/** The connection's own breaker and budget stand behind this; what they hold back was no attempt. */
export function judgeAnnounced(error: HubError): SendOutcome {
  const fault = { code: error.code, reason: error.message };
  const wasHeld =
    isResting(error) ||
    (error.code === 'provider.rate_limited' && error.details?.['sent'] === false);
  if (wasHeld) return { type: 'held', afterMs: error.afterMs ?? 1_000, ...fault };
  if (error.code === 'provider.refused' || error.code === 'request.invalid') {
    return { type: 'refused', ...fault };
  }
  return {
    type: 'retry',
    ...fault,
    ...(error.afterMs === undefined ? {} : { afterMs: error.afterMs }),
  };
}

async function byAddress(
  deps: SlackSenderDeps,
  destination: Destination,
  text: string,
  signal: AbortSignal,
): Promise<Verdict> {
  if (destination.secret === null)
    return unasked(unusable('It has neither connection nor address.'));
  const { id, workspaceId } = destination;
  const address = deps.opener
    .open(destination.secret, { workspaceId, ownerId: id, field: subscriptionSecretField })
    .toString('utf8');
  try {
    assertIncoming(deps.outgoing, address);
    const answer = await deps.outgoing.send({
      ...bounds,
      method: 'POST',
      url: address,
      headers: { 'content-type': 'application/json', 'user-agent': 'Patchbay-Webhooks/1' },
      body: JSON.stringify({ text, unfurl_links: false, unfurl_media: false }),
      signal,
    });
    return judgeAnswer({
      status: answer.status,
      retryAfter: answer.headers.get('retry-after'),
      excerpt: writeExcerpt(answer.body, secretsOfAddress(address)),
      nowMs: deps.clock.now(),
    });
  } catch (error) {
    if (signal.aborted || !isHubError(error)) throw error;
    return error.details?.['sent'] === true ? unknownOutcome(error) : judgeFault(error);
  }
}

/** The address is a secret as a whole: it is checked and never repeated. */
function assertIncoming(outgoing: Outgoing, address: string): void {
  const url = outgoing.check(address);
  const isOperators = url.protocol === 'http:';
  if (!incomingHost.test(url.hostname) && !isOperators) {
    throw new HubError('provider.host_refused', 'This is not an incoming webhook of Slack.', {
      details: { sent: false },
    });
  }
}

/** An incoming webhook shows nothing of what was said: nobody but a person can look. */
function unknownOutcome(error: HubError): Verdict {
  return {
    outcome: {
      type: 'refused',
      code: 'delivery.outcome_unknown',
      reason: `Slack may have taken it, and nobody heard. ${error.message} Look there, and send it again if it is missing.`,
    },
    health: 'fault',
    throttle: false,
    restMs: null,
  };
}

const unusable = (reason: string): SendOutcome => ({
  type: 'refused',
  code: 'delivery.config_invalid',
  reason,
});

const unasked = (outcome: SendOutcome): Verdict => ({
  outcome,
  health: 'none',
  throttle: false,
  restMs: null,
});
