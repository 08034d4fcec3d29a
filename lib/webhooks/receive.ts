import type { WebhookDescriptor } from '#lib/connectors/protocol/index';
import { HubError, isHubError, newId, type Result } from '#lib/core/index';
import { wake } from '#lib/db/index';
import { counter, histogram } from '#lib/observability/index';
import { addressKey } from '#lib/resilience/index';
import { acceptedAnswer, ignoredAnswer, problemAnswer, type WebhookAnswer } from './answer.ts';
import { answerEarly, answerHandshake, type HandshakeAnswer } from './answer-handshake.ts';
import { markChallenged } from './app-webhook-store.ts';
import { BodyBudget, type BodyCount } from './body-budget.ts';
import { Coalescer } from './coalescer.ts';
import { DeliveryBatcher } from './delivery-batcher.ts';
import { deliveryHash } from './delivery-hash.ts';
import { type Endpoint, EndpointCache, secretsAt } from './endpoint-cache.ts';
import { type RefusedAt, refusedOf } from './explain-refusal.ts';
import { findRecipients } from './find-recipient.ts';
import { bodyShapeOf, judgeBody } from './judge-body.ts';
import { completeHead, declaredLength, judgeHead, judgeTransport } from './judge-head.ts';
import { keptHeaders } from './kept-headers.ts';
import { loadEndpoint } from './load-endpoint.ts';
import { proofsInBody, withoutTexts } from './mask-texts.ts';
import { Quarantine } from './quarantine.ts';
import { keepRefused } from './quarantine-store.ts';
import { readBody } from './read-body.ts';
import type { Receiver, ReceiverDeps, WebhookRequest } from './receiver-deps.ts';
import { RefusalCounter } from './refusal-counter.ts';
import { asObject, deliveriesOf, splitDelivery, wholeKey } from './split-delivery.ts';
import { addRefusals, type Delivery, insertDeliveries, touchEndpoints } from './store.ts';
import { type Verdict, verifySignature } from './verify-signature.ts';

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
 * Takes webhooks in: endpoint, method and size, body, signature, head, contents, commit, 200. Everything
 * that can be refused is refused before the next dearer step; what is refused leaves a count, and some of it a row to look at.
 */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const { db, aside, log, clock } = deps;
  const cache = new EndpointCache((id) => loadEndpoint(deps, id), clock);
  const refusals = new RefusalCounter((counts) => addRefusals(aside, counts), log);
  const quarantine = new Quarantine((rows) => keepRefused(aside, rows), clock, log);
  const wakeWorker = new Coalescer(wakeMs, () => wake(aside, 'inbox'), log);
  const touched = new Set<string>();
  const touch = new Coalescer(
    touchMs,
    async () => {
      const ids = [...touched];
      touched.clear();
      await touchEndpoints(aside, ids);
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
  const budget = new BodyBudget();

  async function accept(request: WebhookRequest): Promise<WebhookAnswer> {
    const endpoint = await cache.find(request.endpointId);
    const manifest = deps.findManifest(request.connector);
    if (!endpoint || !manifest || endpoint.connector !== request.connector) {
      throw new HubError('webhooks.endpoint_unknown');
    }
    const descriptor = endpoint.descriptor ?? manifest;
    let body: Buffer | null = null;
    let counted: BodyCount | null = null;
    try {
      value(judgeTransport(request.method, request.headers, descriptor));
      const asking = { search: '', ...request };
      const early = answerEarly(descriptor, asking);
      if (early) return await shakeHands(endpoint, early, false);
      // Only such a question may come otherwise.
      if (request.method !== 'POST') throw new HubError('request.method_not_allowed');
      const asks = descriptor.handshakes.some(({ when }) => when.has === 'body');
      const named = judgeHead(descriptor, request.headers);
      counted = beginBody(request, endpoint);
      const { take } = counted;
      body = await readBody(request.body, take, deps.patience);
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
      // A wrong signature first: whoever cannot sign learns nothing of what else is wrong.
      const proof = value(verdict);
      const head = value(named);
      request.onGenuine?.();
      const kept = withoutTexts(body, proofsInBody(descriptor.scheme, body));
      const content = value(judgeBody(kept, shape));
      const bodyHash = deliveryHash(descriptor, body, content);
      const known = { ...completeHead(descriptor, head, content, bodyHash), bodyHash };
      const parts = splitDelivery(descriptor, shape, content, known);
      const events = parts ?? [{ event: known.event, payload: asObject(content) }];
      const recipients = await findRecipients(db, deps.findParser(endpoint.connector), {
        endpoint,
        events,
      });
      const connectionId = recipients.find((id) => id !== null) ?? endpoint.connectionId;
      if (connectionId === null) return ignore(endpoint.id);
      const whole: Delivery = {
        id: newId(clock.now()),
        workspaceId: endpoint.workspaceId,
        connectionId,
        endpointId: endpoint.id,
        connector: endpoint.connector,
        event: known.event,
        deliveryId: known.deliveryId,
        dedupeKey: wholeKey(known),
        headers: keptHeaders(descriptor, request.headers),
        body: kept,
        verdict: proof,
        parentId: null,
        parts: parts?.length ?? null,
      };
      const isFresh = await batcher.keep(
        whole,
        ...deliveriesOf(whole, parts ?? [], recipients, () => newId(clock.now())),
      );
      received.inc({ outcome: isFresh ? 'accepted' : 'duplicate' });
      return acceptedAnswer(isFresh ? { eventId: whole.id } : 'duplicate');
    } catch (error) {
      if (isHubError(error) && error.status < 500 && error.code !== 'request.rate_limited')
        refuse({ endpoint, descriptor, request, body, error, nowMs: clock.now() });
      throw error;
    } finally {
      counted?.end();
    }
  }

  /** Counted always, and kept to be looked at where there is room. */
  function refuse(at: RefusedAt): void {
    refusals.add(at.endpoint.id, at.error.code);
    quarantine.offer(at.endpoint.id, () => refusedOf(at));
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

  /** Counts a body from its first byte to its answer. Throws where there is no room for one now. */
  function beginBody(request: WebhookRequest, { id }: Endpoint): BodyCount {
    const of = { endpointId: id, address: request.address ? addressKey(request.address) : null };
    if (batcher.isFull) throw new HubError('webhooks.overloaded');
    budget.mayRead(of, declaredLength(request.headers) ?? 0);
    return budget.begin(of);
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
      await Promise.all([wakeWorker.close(), touch.close(), refusals.flush(), quarantine.flush()]);
    },
  };
}

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw result.error;
}
