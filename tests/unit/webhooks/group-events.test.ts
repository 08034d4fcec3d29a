import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParsedWebhook, WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { groupEvents } from '../../../lib/webhooks/group-events.ts';
import type { EventToApply } from '../../../lib/webhooks/inbox-store.ts';

interface Made {
  objects: string[];
  scope?: string;
  verdict?: EventToApply['verdict'];
  crash?: boolean;
  refetch?: boolean;
}

const eventOf = ({ verdict = 'verified', ...payload }: Made, index: number): EventToApply => ({
  id: String(index).padStart(4, '0'),
  workspaceId: 'one',
  connectionId: 'one',
  connector: 'github',
  event: 'issues',
  body: Buffer.from(JSON.stringify(payload)),
  verdict,
  status: 'queued',
  attempts: 0,
});

const objectOf = (externalId: string) => ({
  externalId,
  externalKey: null,
  url: null,
  rank: 1,
  rankIsExact: true,
  updatedAt: new Date(0).toISOString(),
  fields: {},
  deleted: false,
  raw: {},
});

const parser: WebhookParser = {
  parse: (_event: string, payload: JsonObject): ParsedWebhook => {
    if (payload['crash']) throw new Error('the parser broke');
    return {
      kind: 'apply',
      action: null,
      resource: 'issues',
      scopeKey: (payload['scope'] ?? 'api') as string,
      objects: (payload['objects'] as string[]).map(objectOf),
      refetch: payload['refetch'] ? [{ externalId: '9', externalKey: null, scope: {} }] : [],
      summary: '',
    };
  },
};

const group = (made: Made[]): number[][] =>
  groupEvents(made.map(eventOf), () => parser).map((events) =>
    events.map(({ event }) => Number(event.id)),
  );

describe('groupEvents', () => {
  it('puts what tells of different objects of one stream together', () => {
    expect(group([{ objects: ['a'] }, { objects: ['b'] }, { objects: ['c', 'd'] }])).toEqual([
      [0, 1, 2],
    ]);
  });

  it('keeps states of one object apart, in their order', () => {
    expect(group(['a', 'b', 'a', 'b', 'c'].map((id) => ({ objects: [id] })))).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
  });

  it('keeps streams apart, wherever their events lie', () => {
    const made = ['api', 'web', 'api', 'web'].map((scope, index) => ({
      objects: [String(index)],
      scope,
    }));
    expect(group(made)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it.each([
    ['nobody signed', { verdict: 'unverified' as const }],
    ['cannot be parsed', { crash: true }],
    ['asks for a reading', { refetch: true }],
  ])('leaves an event alone that %s, after those before it', (_name, more) => {
    expect(group([{ objects: ['a'] }, { objects: ['b'], ...more }, { objects: ['c'] }])).toEqual([
      [0],
      [1],
      [2],
    ]);
  });

  it('loses none, and never lets states of one object change places or share a transaction', () => {
    const objects: string[] = ['a', 'b', 'c', 'd', 'e'];
    const made = fc.array(
      fc.record({
        objects: fc.uniqueArray(fc.constantFrom(...objects), { maxLength: 3 }),
        refetch: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(made, (events) => {
        const groups = group(events);
        const order = groups.flat();
        expect(order.toSorted((a, b) => a - b)).toEqual(events.map((_event, index) => index));
        for (const id of objects) {
          const telling = (index: number) => events[index]?.objects.includes(id) ?? false;
          const places = order.filter(telling);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          for (const together of groups) expect(together.filter(telling).length).toBeLessThan(2);
        }
      }),
    );
  });
});
