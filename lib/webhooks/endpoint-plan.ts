/**
 * Whether the service should be posting to an endpoint. keep: what is registered stays, nothing new
 * is made (a paused stream, a connection that needs its owner).
 */
export type Want = 'yes' | 'keep' | 'no';

export interface EndpointFacts {
  status: 'pending' | 'active' | 'failed' | 'removed';
  /** Something may stand at the service, also when nobody heard its answer. */
  isAttempted: boolean;
  url: string | null;
  /** When a registration that ends by itself is to be renewed. */
  renewAtMs: number | null;
  lastReceivedAtMs: number | null;
}

export type EndpointAct = 'nothing' | 'register' | 'verify' | 'remove';

const hourMs = 3_600_000;
/** A registration that ends is renewed when a third of its life is left, at the latest a day before. */
const renewShare = 1 / 3;
const renewAtMostMs = 24 * hourMs;
/** How often what is registered is compared with the service; sooner where nothing arrives. */
const checkMs = 6 * hourMs;
const silentCheckMs = hourMs;
/** After a fault: doubling from the first; after a refusal the longest at once. */
const retryFirstMs = 30_000;
const retryMostMs = 6 * hourMs;

/** What is to be done about an endpoint whose time has come. Pure. */
export function planEndpoint(
  facts: EndpointFacts,
  want: Want,
  at: { url: string | null; nowMs: number },
): EndpointAct {
  if (want === 'no') {
    return facts.isAttempted || facts.status !== 'removed' ? 'remove' : 'nothing';
  }
  if (want === 'keep') return 'nothing';
  if (at.url === null) return facts.isAttempted ? 'remove' : 'nothing';
  if (facts.status !== 'active' || facts.url !== at.url) return 'register';
  return facts.renewAtMs !== null && facts.renewAtMs <= at.nowMs ? 'register' : 'verify';
}

/** When a registration of this lifetime is renewed, from the moment it was made. */
export const renewAfterMs = (lifetimeMs: number): number =>
  Math.round(lifetimeMs - Math.min(lifetimeMs * renewShare, renewAtMostMs));

/** Milliseconds until a registered endpoint is looked at again. */
export function nextCheckMs(
  facts: Pick<EndpointFacts, 'renewAtMs' | 'lastReceivedAtMs'>,
  nowMs: number,
  random: number,
): number {
  const { lastReceivedAtMs: heard, renewAtMs } = facts;
  const isSilent = heard === null || nowMs - heard > hourMs;
  // Up to a tenth less, so that many endpoints do not come at once.
  const own = (isSilent ? silentCheckMs : checkMs) * (1 - random / 10);
  const renewMs = renewAtMs === null ? own : renewAtMs - nowMs;
  return Math.max(0, Math.round(Math.min(own, renewMs)));
}

/** Milliseconds until a registration that failed is tried again. */
export function retryEndpointMs(attempts: number, isFinal: boolean, random: number): number {
  if (isFinal) return retryMostMs;
  const doubled = Math.min(retryFirstMs * 2 ** Math.min(attempts, 20), retryMostMs);
  return Math.round(doubled * (1 - random / 2));
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The endpoint an address at a service names, when it is one of ours at this origin; else null. */
export function endpointIdOf(
  url: string,
  place: { baseUrl: string; connector: string },
): string | null {
  const prefix = `${place.baseUrl}/api/webhooks/${place.connector}/`;
  const id = url.startsWith(prefix) ? url.slice(prefix.length) : '';
  return idPattern.test(id) ? id : null;
}

/** Whether an address is this endpoint's, at whichever origin it was registered. */
export const isOfEndpoint = (url: string, place: { connector: string; id: string }): boolean =>
  url.endsWith(`/api/webhooks/${place.connector}/${place.id}`);
