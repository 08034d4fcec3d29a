import { createHash } from 'node:crypto';
import type { WebhookManifest, WebhookParser } from '#lib/connectors/protocol/index';
import { type Clock, HubError, isHubError, limits, newId, type Result } from '#lib/core/index';
import { type Db, wake } from '#lib/db/index';
import { counter, histogram, type Logger } from '#lib/observability/index';
import { acceptedAnswer, ignoredAnswer, problemAnswer, type WebhookAnswer } from './answer.ts';
import { answerChallenge } from './answer-challenge.ts';
import { markChallenged } from './app-webhook-store.ts';
import { Coalescer } from './coalescer.ts';
import { DeliveryBatcher } from './delivery-batcher.ts';
import { type Endpoint, EndpointCache } from './endpoint-cache.ts';
import { findRecipient } from './find-recipient.ts';
import type { DistinctHeaders } from './header-value.ts';
import { judgeBody } from './judge-body.ts';
import { completeHead, declaredLength, judgeHead, judgeTransport } from './judge-head.ts';
import { readBody } from './read-body.ts';
import { RefusalCounter } from './refusal-counter.ts';
import {
  addRefusals,
  type Delivery,
  findEndpoint,
  insertDeliveries,
  touchEndpoints,
} from './store.ts';
import { type Verdict, verifySignature } from './verify-signature.ts';

/** A webhook as it arrived, of any HTTP server. */
export interface WebhookRequest {
  method: string;
  connector: string;
  endpointId: string;
  headers: DistinctHeaders;
  body: AsyncIterable<Uint8Array>;
}

export interface ReceiverDeps {
  /** The web login: it may put events in and read endpoints. */
  db: Db;
  findManifest(connector: string): WebhookManifest | null;
  /** Asked whose an event is where one address serves many connections. */
  findParser(connector: string): WebhookParser | null;
  /** Opens a webhook secret; only the holder of the gateway's key can. */
  openSecret(envelope: Buffer, at: { workspaceId: string; endpointId: string }): Buffer;
  clock: Clock;
  log: Logger;
}

export interface Receiver {
  /** Never rejects but for a body that breaks off while it is read. */
  receive(request: WebhookRequest): Promise<WebhookAnswer>;
  /** Waits for what was taken and writes the counts that are left. */
  close(): Promise<void>;
}

/** Bodies being read at one moment; a sender who does not say the length is reckoned in full. */
const maxReadingBytes = 67_108_864;
/** A hint to the worker at most this often: NOTIFY takes a lock of the whole database at commit. */
const wakeMs = 5;
/** How often "last received" of an endpoint is written. */
const touchMs = 10_000;

const received = counter('patchbay_webhooks_total', 'Webhook requests by outcome', ['outcome']);
const seconds = histogram(
  'patchbay_webhook_receive_seconds',
  'Arrival to answer of a kept webhook',
);

/**
 * Takes webhooks in: endpoint, head, body, signature, contents, commit, 200. Everything that can be
 * refused is refused before the next dearer step; what is refused leaves only a count.
 */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const { db, log, clock } = deps;
  const cache = new EndpointCache((id) => loadEndpoint(deps, id), clock);
  const refusals = new RefusalCounter((counts) => addRefusals(db, counts), log);
  const wakeWorker = new Coalescer(wakeMs, () => wake(db, 'inbox'), log);
  const touched = new Set<string>();
  const touch = new Coalescer(
    touchMs,
    async () => {
      const ids = [...touched];
      touched.clear();
      await touchEndpoints(db, ids);
    },
    log,
  );
  const batcher = new DeliveryBatcher({
    insert: (rows) => insertDeliveries(db, rows),
    onKept: (rows) => {
      wakeWorker.request();
      for (const row of rows) touched.add(row.endpointId);
      touch.request();
    },
    log,
  });
  let readingBytes = 0;

  async function accept(request: WebhookRequest): Promise<WebhookAnswer> {
    const endpoint = await cache.find(request.endpointId);
    const manifest = deps.findManifest(request.connector);
    if (!endpoint || !manifest || endpoint.connector !== request.connector) {
      throw new HubError('webhooks.endpoint_unknown');
    }
    try {
      value(judgeTransport(request.method, request.headers));
      const head = value(judgeHead(manifest, request.headers));
      const body = await readWithinBudget(request);
      const verdict = value(await verify(manifest, request.headers, body, endpoint));
      const payload = value(judgeBody(body));
      const challenge = answerChallenge(manifest.challenge, payload);
      if (challenge) {
        if (endpoint.connectionId === null) await markChallenged(db, endpoint.id);
        received.inc({ outcome: 'challenge' });
        return challenge;
      }
      const bodyHash = createHash('sha256').update(body).digest('base64url');
      const known = facts(completeHead(manifest, head, payload, bodyHash), bodyHash);
      const connectionId =
        endpoint.connectionId ??
        (await findRecipient(db, deps.findParser(endpoint.connector), {
          endpointId: endpoint.id,
          name: known.event,
          payload,
        }));
      if (connectionId === null) return ignore(endpoint.id);
      const row: Delivery = {
        id: newId(clock.now()),
        workspaceId: endpoint.workspaceId,
        connectionId,
        endpointId: endpoint.id,
        connector: endpoint.connector,
        ...known,
        headers: keptHeaders(manifest, request.headers),
        body,
        verdict,
      };
      const isFresh = await batcher.keep(row);
      received.inc({ outcome: isFresh ? 'accepted' : 'duplicate' });
      return acceptedAnswer(isFresh ? { eventId: row.id } : 'duplicate');
    } catch (error) {
      if (isHubError(error) && error.status < 500) refusals.add(endpoint.id, error.code);
      throw error;
    }
  }

  /** Genuine, of an account nobody here has connected: counted, and not to be sent again. */
  function ignore(endpointId: string): WebhookAnswer {
    refusals.add(endpointId, 'webhooks.account_unknown');
    received.inc({ outcome: 'ignored' });
    touched.add(endpointId);
    touch.request();
    return ignoredAnswer();
  }

  /** A secret may have been replaced since it was read, so a wrong signature asks once more. */
  async function verify(
    manifest: WebhookManifest,
    headers: DistinctHeaders,
    body: Buffer,
    endpoint: Endpoint,
  ): Promise<Result<Verdict>> {
    const judge = ({ secrets }: Endpoint) =>
      verifySignature(manifest.scheme, { headers, body }, secrets, clock.now());
    const verdict = judge(endpoint);
    if (verdict.ok || verdict.error.code !== 'webhooks.signature_invalid') return verdict;
    const renewed = await cache.renewed(endpoint);
    return renewed ? judge(renewed) : verdict;
  }

  async function readWithinBudget(request: WebhookRequest): Promise<Buffer> {
    const share = declaredLength(request.headers) ?? limits.webhookBodyBytes;
    if (batcher.isFull || readingBytes + share > maxReadingBytes) {
      throw new HubError('webhooks.overloaded');
    }
    readingBytes += share;
    try {
      return await readBody(request.body);
    } finally {
      readingBytes -= share;
    }
  }

  return {
    async receive(request) {
      const started = performance.now();
      try {
        const answer = await accept(request);
        seconds.observe((performance.now() - started) / 1_000);
        return answer;
      } catch (error) {
        if (!isHubError(error)) throw error;
        received.inc({ outcome: error.code });
        return problemAnswer(error);
      }
    },
    async close() {
      await batcher.drained();
      await Promise.all([wakeWorker.close(), touch.close(), refusals.flush()]);
    },
  };
}

/** A database that is away is a passing fault of ours, so the sender is asked to come again. */
async function loadEndpoint(deps: ReceiverDeps, id: string): Promise<Endpoint | null> {
  try {
    const sealed = await findEndpoint(deps.db, id);
    if (!sealed) return null;
    const { envelope, previousEnvelope, ...endpoint } = sealed;
    const at = { workspaceId: sealed.workspaceId, endpointId: sealed.id };
    const opened = (sealedSecret: Buffer) => deps.openSecret(sealedSecret, at).toString('utf8');
    const current = opened(envelope);
    if (!previousEnvelope) return { ...endpoint, secrets: [current] };
    return { ...endpoint, secrets: [current, opened(previousEnvelope)] };
  } catch (error) {
    deps.log.error('a webhook endpoint could not be read', { err: error, endpoint_id: id });
    throw new HubError('internal.unavailable', undefined, { cause: error });
  }
}

/** The same id with another body is another delivery. */
const facts = (head: { deliveryId: string; event: string }, bodyHash: string) => ({
  ...head,
  dedupeKey: `${head.deliveryId}:${bodyHash}`,
});

/** Enough to check the signature again; cookies and credentials never get here. */
function keptHeaders(manifest: WebhookManifest, headers: DistinctHeaders): Record<string, string> {
  const { scheme, delivery, event } = manifest;
  const names = [
    // A static token is the secret itself.
    ...(scheme.kind === 'static_token' ? [] : [scheme.header]),
    ...('timestampHeader' in scheme ? [scheme.timestampHeader] : []),
    ...('idHeader' in scheme ? [scheme.idHeader] : []),
    ...[delivery, event].flatMap((fact) => (fact.from === 'header' ? [fact.name] : [])),
    'content-type',
    'user-agent',
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const [first] = headers[name.toLowerCase()] ?? [];
      return first === undefined ? [] : [[name.toLowerCase(), first.slice(0, 500)]];
    }),
  );
}

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw result.error;
}
