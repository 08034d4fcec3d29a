import type { ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { addressKey, type NamedVerdict, rateLimitHeaders } from '#lib/resilience/index';
import type { InboundLimits } from '../inbound-limits.ts';
import type { Route } from './route-table.ts';
import { sendProblem } from './send-answer.ts';

/** One request of an address, and whether it may go on. */
export interface Counted {
  isAllowed: boolean;
  /** For whatever answer there will be. */
  headers: Record<string, string>;
}

/**
 * Counts in memory what is no webhook, by its address. What this machine asks about its own health is
 * counted and never refused: whoever watches the hub must not take a busy one for a dead one.
 */
export function countRequest(
  limits: Pick<InboundLimits, 'tell'>,
  address: string,
  to: Route['to'],
): Counted {
  const verdict = limits.tell('gateway-address', addressKey(address));
  const isOwnCheck = (to === 'live' || to === 'ready') && isLoopback(address);
  const isAllowed = verdict.allowed || isOwnCheck;
  const headers = rateLimitHeaders([verdict]);
  return { isAllowed, headers: isAllowed ? headers : { ...headers, ...retryAfter(verdict) } };
}

/** Stands on the answer from here on, whoever gives it. */
export function markAnswer(response: ServerResponse, { headers }: Counted): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

export const refuseCounted = (response: ServerResponse): void =>
  sendProblem(response, 'request.rate_limited', {}, { 'violated-policies': ['gateway-address'] });

const retryAfter = ({ resetMs }: NamedVerdict): Record<string, string> => ({
  'retry-after': String(Math.max(1, Math.ceil(resetMs / 1000))),
});

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
