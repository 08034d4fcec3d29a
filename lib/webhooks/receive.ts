import { createHash } from 'node:crypto';
import {
  type WebhookDescriptor,
  type WebhookManifest,
  type WebhookParser,
  webhookDescriptorSchema,
} from '#lib/connectors/protocol/index';
import {
  type Clock,
  HubError,
  isHubError,
  type JsonObject,
  limits,
  newId,
  type Result,
} from '#lib/core/index';
import { type Db, wake } from '#lib/db/index';
import { counter, histogram, type Logger } from '#lib/observability/index';
import { acceptedAnswer, ignoredAnswer, problemAnswer, type WebhookAnswer } from './answer.ts';
import { answerEarly, answerHandshake, type HandshakeAnswer } from './answer-handshake.ts';
import { markChallenged } from './app-webhook-store.ts';
import { Coalescer } from './coalescer.ts';
import { DeliveryBatcher } from './delivery-batcher.ts';
import { type Endpoint, EndpointCache, secretsAt } from './endpoint-cache.ts';
import { findRecipient } from './find-recipient.ts';
import type { DistinctHeaders } from './header-value.ts';
import { bodyShapeOf, judgeBody } from './judge-body.ts';
import { completeHead, declaredLength, judgeHead, judgeTransport } from './judge-head.ts';
import { keptHeaders } from './kept-headers.ts';
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
  /** The query with its question mark, as it came; without one, nothing. */
  search?: string;
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
  /** Keeps a secret an unsigned call has brought until a person has looked at it; without, it goes. */
  keepBrought?(at: { workspaceId: string; id: string }, secret: string): Promise<void>;
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
    const descriptor = endpoint.descriptor ?? manifest;
    try {
      value(judgeTransport(request.method, request.headers, descriptor));
      const asking = { search: '', ...request };
      const early = answerEarly(descriptor, asking);
      if (early) return await shakeHands(endpoint, early, false);
      // Only such a question may come otherwise.
      if (request.method !== 'POST') throw new HubError('request.method_not_allowed');
      const asks = descriptor.handshakes.some(({ when }) => when.has === 'body');
      const named = judgeHead(descriptor, request.headers);
      if (!named.ok && !asks) throw named.error;
      const body = await readWithinBudget(request);
      const verdict = await verify(descriptor, request, body, endpoint);
      const shape = bodyShapeOf(descriptor, request.headers);
      if (asks) {
        const [secret] = secretsAt(endpoint, clock.now());
        const question = judgeBody(body, shape);
        const shaken =
          question.ok &&
          answerHandshake(descriptor, asking, question.value, { isProven: verdict.ok, secret });
        if (shaken) return await shakeHands(endpoint, shaken, verdict.ok);
      }
      const head = value(named);
      const proof = value(verdict);
      const content = value(judgeBody(body, shape));
      const payload: JsonObject = Array.isArray(content) ? { items: content } : content;
      const bodyHash = createHash('sha256').update(body).digest('base64url');
      const known = facts(completeHead(descriptor, head, content, bodyHash), bodyHash);
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
        headers: keptHeaders(descriptor, request.headers),
        body,
        verdict: proof,
      };
      const isFresh = await batcher.keep(row);
      received.inc({ outcome: isFresh ? 'accepted' : 'duplicate' });
      return acceptedAnswer(isFresh ? { eventId: row.id } : 'duplicate');
    } catch (error) {
      if (isHubError(error) && error.status < 500) refusals.add(endpoint.id, error.code);
      throw error;
    }
  }

  /**
   * The service only asks whether we are there. A secret it brings along waits for a person, and only
   * a signed question proves that ours is the right one.
   */
  async function shakeHands(
    endpoint: Endpoint,
    { answer, brought }: HandshakeAnswer,
    isProven: boolean,
  ): Promise<WebhookAnswer> {
    if (brought !== null) await deps.keepBrought?.(endpoint, brought);
    if (isProven && endpoint.connectionId === null) await markChallenged(db, endpoint.id);
    received.inc({ outcome: 'challenge' });
    return answer;
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
    descriptor: WebhookDescriptor,
    { method, search = '', headers }: WebhookRequest,
    body: Buffer,
    endpoint: Endpoint,
  ): Promise<Result<Verdict>> {
    const judge = (of: Endpoint) => {
      const sent = { method, url: of.url, search, headers, body };
      return verifySignature(descriptor.scheme, sent, secretsAt(of, clock.now()), clock.now());
    };
    const verdict = await judge(endpoint);
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
    const { envelope, previousEnvelope, scheme, ...known } = sealed;
    // What does not parse was not written by us: nothing is taken by guessing.
    const descriptor = scheme === null ? null : webhookDescriptorSchema.parse(scheme);
    const endpoint = { ...known, descriptor };
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

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw result.error;
}
