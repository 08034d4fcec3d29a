import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Endpoint, EndpointCache } from '#lib/webhooks/endpoint-cache';

const known = randomUUID();
const endpoint: Endpoint = {
  id: known,
  workspaceId: 'w',
  connectionId: 'c',
  connector: 'github',
  url: null,
  descriptor: null,
  changedAt: '2026-11-21T00:00:00Z',
  previousUntil: null,
  secrets: ['s'],
};

function setUp() {
  const asked: string[] = [];
  let now = 1_000_000;
  let isDown = false;
  const cache = new EndpointCache(
    (id) => {
      asked.push(id);
      if (isDown) return Promise.reject(new Error('down'));
      return Promise.resolve(id === known ? endpoint : null);
    },
    { now: () => now, random: () => 0 },
  );
  return {
    asked,
    cache,
    pass: (ms: number) => (now += ms),
    setDown: (value: boolean) => (isDown = value),
  };
}

describe('EndpointCache', () => {
  it('asks once for many and again after five seconds', async () => {
    const { asked, cache, pass } = setUp();
    await Promise.all([cache.find(known), cache.find(known), cache.find(known.toUpperCase())]);
    expect(asked.length).toBe(1);
    pass(4_999);
    expect(await cache.find(known)).toBe(endpoint);
    expect(asked.length).toBe(1);
    pass(2);
    await cache.find(known);
    expect(asked.length).toBe(2);
  });

  it('remembers what is not there, and never asks for what is no id', async () => {
    const { asked, cache } = setUp();
    const unknown = randomUUID();
    expect(await cache.find(unknown)).toBeNull();
    expect(await cache.find(unknown)).toBeNull();
    expect(await cache.find('../../etc/passwd')).toBeNull();
    expect(asked).toEqual([unknown]);
  });

  it('a flood of guesses pushes no known endpoint out', async () => {
    const { asked, cache } = setUp();
    await cache.find(known);
    for (let guess = 0; guess < 10_050; guess += 1) await cache.find(randomUUID());
    const before = asked.length;
    expect(await cache.find(known)).toBe(endpoint);
    expect(asked.length).toBe(before);
  });

  it('does not remember a failure', async () => {
    const { cache, setDown } = setUp();
    setDown(true);
    await expect(cache.find(known)).rejects.toThrow('down');
    setDown(false);
    expect(await cache.find(known)).toBe(endpoint);
  });

  it('is read anew at the first wrong signature, and then at most once a second', async () => {
    const { asked, cache, pass } = setUp();
    await cache.find(known);
    expect(await cache.renewed(endpoint)).toBe(endpoint);
    expect(await cache.renewed(endpoint)).toBeNull();
    pass(999);
    expect(await cache.renewed(endpoint)).toBeNull();
    pass(1);
    expect(await cache.renewed(endpoint)).toBe(endpoint);
    expect(asked.length).toBe(3);
  });

  it('hands out what somebody else has read meanwhile', async () => {
    const { asked, cache } = setUp();
    await cache.find(known);
    expect(await cache.renewed({ ...endpoint, secrets: ['former'] })).toBe(endpoint);
    expect(asked.length).toBe(1);
  });

  it('is read anew once for many wrong signatures at the same moment', async () => {
    const { asked, cache } = setUp();
    await cache.find(known);
    await Promise.all(Array.from({ length: 20 }, () => cache.renewed(endpoint)));
    expect(asked.length).toBe(2);
  });
});
