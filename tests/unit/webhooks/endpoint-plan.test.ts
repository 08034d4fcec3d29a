import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EndpointFacts,
  endpointIdOf,
  isOfEndpoint,
  nextCheckMs,
  planEndpoint,
  renewAfterMs,
  retryEndpointMs,
} from '../../../lib/webhooks/endpoint-plan.ts';

const hour = 3_600_000;
const day = 24 * hour;
const url = 'https://hub.example/api/webhooks/github/1';
const facts: EndpointFacts = {
  status: 'active',
  isAttempted: true,
  url,
  renewAtMs: null,
  lastReceivedAtMs: null,
};
const at = { url, nowMs: 10 * day };

describe('what is done about an endpoint', () => {
  it('that is wanted and stands: it is compared with the service', () => {
    expect(planEndpoint(facts, 'yes', at)).toBe('verify');
  });

  it.each([
    ['was never registered', { status: 'removed', isAttempted: false, url: null }],
    ['was begun and never heard of', { status: 'pending' }],
    ['failed', { status: 'failed' }],
    ['stands at another address of ours', { url: 'http://127.0.0.1:3000/x' }],
    ['is about to end', { renewAtMs: 10 * day }],
  ] as const)('that is wanted and %s: it is registered', (_what, change) => {
    expect(planEndpoint({ ...facts, ...change }, 'yes', at)).toBe('register');
  });

  it('that nobody wants: removed, also when it is not known to stand', () => {
    expect(planEndpoint(facts, 'no', at)).toBe('remove');
    expect(planEndpoint({ ...facts, status: 'failed' }, 'no', at)).toBe('remove');
    expect(planEndpoint({ ...facts, status: 'removed' }, 'no', at)).toBe('remove');
    const gone: EndpointFacts = { ...facts, status: 'removed', isAttempted: false };
    expect(planEndpoint(gone, 'no', at)).toBe('nothing');
  });

  it('of a paused stream: it is left alone', () => {
    expect(planEndpoint(facts, 'keep', at)).toBe('nothing');
    expect(planEndpoint({ ...facts, status: 'failed' }, 'keep', at)).toBe('nothing');
  });

  it('that the service cannot reach any more: taken back', () => {
    expect(planEndpoint(facts, 'yes', { ...at, url: null })).toBe('remove');
  });
});

describe('when it is looked at again', () => {
  it('sooner where nothing arrives, and never after the time to renew', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 * day }),
        fc.integer({ min: hour, max: 60 * day }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (heardAgo, lifetimeMs, random) => {
          const nowMs = 100 * day;
          const renewAtMs = nowMs + renewAfterMs(lifetimeMs);
          const lastReceivedAtMs = nowMs - heardAgo;
          const wait = nextCheckMs({ renewAtMs, lastReceivedAtMs }, nowMs, random);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(nowMs + wait).toBeLessThanOrEqual(renewAtMs);
          expect(renewAfterMs(lifetimeMs)).toBeLessThan(lifetimeMs);
          const silent = nextCheckMs({ renewAtMs: null, lastReceivedAtMs: null }, nowMs, random);
          expect(silent).toBeLessThanOrEqual(hour);
        },
      ),
    );
  });

  it('later and later after faults, and rarely after a refusal', () => {
    const waits = [0, 1, 2, 3, 30].map((attempts) => retryEndpointMs(attempts, false, 0));
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 6 * hour]);
    expect(retryEndpointMs(0, true, 0.5)).toBe(6 * hour);
  });
});

describe('whose address it is', () => {
  const id = '019aa4f2-1111-7222-8333-444455556666';
  const place = { baseUrl: 'https://hub.example', connector: 'github' };

  it('is ours only at this origin, for this connector, with an id and nothing behind it', () => {
    expect(endpointIdOf(`https://hub.example/api/webhooks/github/${id}`, place)).toBe(id);
    for (const foreign of [
      `https://hub.example.evil.example/api/webhooks/github/${id}`,
      `https://other.example/api/webhooks/github/${id}`,
      `https://hub.example/api/webhooks/slack/${id}`,
      `https://hub.example/api/webhooks/github/${id}/x`,
      'https://hub.example/api/webhooks/github/',
    ]) {
      expect(endpointIdOf(foreign, place)).toBeNull();
    }
    expect(
      isOfEndpoint(`http://old:1/api/webhooks/github/${id}`, { connector: 'github', id }),
    ).toBe(true);
  });
});
