/**
 * webhooks: what services post to us, from the socket to the change it makes.
 *
 * Three steps in three places: `createReceiver` stores facts (gateway, or the Next route), pure
 * functions judge them, `applyInboxEvents` acts (worker).
 *
 * Invariants
 * - 200 means committed. A request that is not verified, or not storable, leaves a count, and the
 *   beginning of a flood of them a row to look at, with what is probably the matter and no secret.
 * - Bytes are kept as they came; the signature is checked on them, in constant time, and fails closed.
 * - How a call is proven is data: an address's own descriptor, or its connector's. Some services sign
 *   the address they post to: the configured one, never the Host header. A secret that comes along with an
 *   unsigned call proves nothing until an admin has taken it over; a replaced one holds for a day.
 * - A delivery is kept once: id and body hash are its key. Another body under a known id is kept as an
 *   event of its own, because it was signed; applying compares contents and does no harm.
 * - A body that holds many events is kept as it came, and each of them as an event of its own; an item
 *   with an id is known again in whichever body it comes.
 * - What nobody signed is only a hint: what it is about is read at the service.
 * - Events lie in days, found by their ids; old days are dropped whole, and the keys by which a repeated
 *   delivery is known outlive them. Counts are kept by statements themselves; no page counts rows.
 * - A replay is a place on the way along the ids: what it hands out and where it is are one commit.
 * - An event changes records, links, change log and its own status in one transaction, or nothing.
 *   Neighbours of one stream that tell of different objects share one; if one of them fails, each has its own.
 * - An event that cannot be applied never holds up another one; at last it is dead and its objects
 *   are read again.
 * - Which webhooks there should be follows from streams and connections. An endpoint's row says what
 *   is about to be done before a service is asked, one holder at a time; what differs is made right.
 * - An address set up by hand is the app's. It counts once something signed has come there, and an
 *   event reaches only the connection of its account in the workspace whose secret has signed it.
 *
 * Never calls a service but to register and remove webhooks, through the port it is given.
 */
import 'server-only';

export type { WebhookAnswer } from './answer.ts';
export { type HandConnector, listAppWebhooks, putAppWebhook } from './app-webhook.ts';
export { type ApplyDeps, applyInboxEvents } from './apply-inbox-events.ts';
export {
  type BroughtSecret,
  keepBroughtSecret,
  type OpenBrought,
  readBroughtSecret,
  takeBroughtSecret,
} from './brought-secret.ts';
export { cleanInbox, foldInboxCounts, type InboxRetention } from './clean-inbox.ts';
export { countInboxEvents, listDeadLetters } from './count-inbox-events.ts';
export type { EndpointDeps, EndpointRequest, HookAccess } from './endpoint-deps.ts';
export { countEnds, selectStanding } from './endpoint-store.ts';
export { enqueueDueEndpoints, realignEndpoints } from './enqueue-due-endpoints.ts';
export { enqueueDueInbox } from './enqueue-due-inbox.ts';
export { type EndpointResult, ensureEndpoint } from './ensure-endpoint.ts';
export { getInboxEvent } from './get-inbox-event.ts';
export type { ApplyOutcome, EventTarget, InboxPorts, ToldEvent } from './inbox-ports.ts';
export { type InboxQuery, listInboxEvents } from './list-inbox-events.ts';
export { listQuarantine } from './list-quarantine.ts';
export { listRefusals } from './list-refusals.ts';
export {
  findManaged,
  isListening,
  type ListeningDeps,
  listWebhookPresets,
  makeListeningConnection,
  readListening,
  rotateListeningSecret,
} from './listening-connection.ts';
export { createReceiver } from './receive.ts';
export {
  type Receiver,
  type ReceiverDeps,
  receiverConnections,
  type WebhookRequest,
} from './receiver-deps.ts';
export { type ReconcileDeps, type Reconciled, reconcileEndpoint } from './reconcile-endpoint.ts';
export { removeEndpoints, removeUnwanted } from './remove-endpoint.ts';
export {
  cancelReplay,
  getReplay,
  listReplays,
  previewReplay,
  replayInboxEvent,
  startReplay,
} from './replay-events.ts';
export { webhookSecretShelf } from './secret-shelf-store.ts';
export { settleAppWebhooks } from './settle-app-webhooks.ts';
export { type Registrable, recheckEndpoints } from './subscription-store.ts';
export { workReplays } from './work-replays.ts';
