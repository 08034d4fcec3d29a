import { describe, expect, it } from 'vitest';
import { filterOf, toApiFilter } from '@/components/inbox/inbox-filter';
import { parsePayload } from '@/components/inbox/parse-payload';
import { inboxFilterSchema } from '@/lib/webhooks/schema';

const connection = '01a1fe00-0000-7000-8000-000000000001';

describe('a filter in the address', () => {
  it('becomes what the API takes, with a moment for “in the last hour”', () => {
    const params = new URLSearchParams({
      status: 'dead',
      since: 'hour',
      connection,
      reason: 'webhooks.event_invalid',
      view: 'events',
    });
    const api = toApiFilter(filterOf(params), Date.UTC(2026, 10, 21, 12));
    expect(inboxFilterSchema.parse(api)).toEqual({
      status: 'dead',
      connection_id: connection,
      reason: 'webhooks.event_invalid',
      from: '2026-11-21T11:00:00.000Z',
    });
  });

  it('leaves out what is no value of it', () => {
    const params = new URLSearchParams({ status: 'lost', since: 'year', verdict: 'guessed' });
    expect(filterOf(params)).toEqual({});
  });
});

describe('a payload', () => {
  it.each([
    ['JSON', '{"a":[1]}', { a: [1] }],
    ['a form', 'To=%2B49&Body=a+b&Tag=x&Tag=y', { To: '+49', Body: 'a b', Tag: ['x', 'y'] }],
    ['text', 'plain words', 'plain words'],
    ['nothing', '', ''],
  ])('of %s is shown as what it is', (_, body, shown) => {
    expect(parsePayload(body)).toEqual(shown);
  });
});
