import { describe, expect, it } from 'vitest';
import { logger } from '#lib/observability/index';
import { Quarantine, type Refused } from '#lib/webhooks/quarantine';
import type { RefusedRow } from '#lib/webhooks/quarantine-store';

const log = logger('test', 'silent');

function setUp() {
  const written: RefusedRow[] = [];
  let now = 1_000_000;
  let made = 0;
  const quarantine = new Quarantine(
    async (rows) => void written.push(...rows),
    { now: () => now, random: () => 0 },
    log,
  );
  return {
    written,
    made: () => made,
    pass: (ms: number) => {
      now += ms;
    },
    flush: () => quarantine.flush(),
    offer: (endpointId: string, refused: Partial<Refused> = {}) =>
      quarantine.offer(endpointId, () => {
        made += 1;
        return {
          endpointId,
          method: 'POST',
          reason: 'webhooks.signature_invalid',
          headers: {},
          body: Buffer.from('{}'),
          address: '203.0.114.7',
          secrets: ['the secret itself'],
          diagnose: async () => ({ code: 'webhooks.old_secret', sentence: 'It is the old one.' }),
          ...refused,
        };
      }),
  };
}

describe('the quarantine', () => {
  it('keeps the beginning of a flood and then one each ten seconds', async () => {
    const { offer, flush, written, made, pass } = setUp();
    for (let count = 0; count < 10_000; count += 1) offer('one');
    expect(made()).toBe(5);
    pass(9_999);
    offer('one');
    expect(made()).toBe(5);
    pass(1);
    for (let count = 0; count < 100; count += 1) offer('one');
    expect(made()).toBe(6);
    await flush();
    expect(written).toHaveLength(6);
  });

  it('takes twenty of one second at most, however many endpoints are flooded', async () => {
    const { offer, flush, written } = setUp();
    for (let count = 0; count < 1_000; count += 1) offer(`endpoint ${count}`);
    await flush();
    expect(written).toHaveLength(20);
    offer('another');
    await flush();
    expect(written).toHaveLength(21);
  });

  it('says what is the matter and keeps no secret, no more than 16 KiB and no address', async () => {
    const { offer, flush, written } = setUp();
    offer('one', {
      headers: {
        'x-signature': 'the secret itself, twice: the secret itself',
        'x-nul': 'a\u0000b',
      },
      body: Buffer.concat([Buffer.from('{"s":"the secret itself"}'), Buffer.alloc(100_000, 'x')]),
    });
    offer('two', { body: null, address: null });
    await flush();
    const [first, second] = written;
    expect(first).toMatchObject({
      diagnosis_code: 'webhooks.old_secret',
      diagnosis: 'It is the old one.',
      headers: { 'x-signature': `${'*'.repeat(17)}, twice: ${'*'.repeat(17)}`, 'x-nul': 'a b' },
      body_bytes: 100_025,
      address_class: 'public',
    });
    const body = Buffer.from(first?.body ?? '', 'base64');
    expect(body).toHaveLength(16_384);
    expect(body.toString()).toContain(`{"s":"${'*'.repeat(17)}"}`);
    expect(JSON.stringify(written)).not.toContain('203.0.114.7');
    expect(second).toMatchObject({ body: null, body_bytes: null, address_class: 'unknown' });
  });

  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['fe80::1', 'private'],
    ['nonsense', 'private'],
    ['2606:4700::1', 'public'],
  ])('%s is %s', async (address, wanted) => {
    const { offer, flush, written } = setUp();
    offer('one', { address });
    await flush();
    expect(written[0]?.address_class).toBe(wanted);
  });

  it('keeps what nobody can explain', async () => {
    const { offer, flush, written } = setUp();
    offer('one', { diagnose: () => Promise.reject(new Error('it broke')) });
    await flush();
    offer('two');
    await flush();
    expect(written).toMatchObject([
      { endpoint_id: 'one', diagnosis: null },
      { endpoint_id: 'two', diagnosis: 'It is the old one.' },
    ]);
  });
});
