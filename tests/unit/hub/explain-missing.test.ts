import { describe, expect, it } from 'vitest';
import { explainMissing, type MissingFacts } from '#lib/hub/explain-missing';

const stream: MissingFacts['streams'][number] = {
  id: '01900000-0000-7000-8000-000000000001',
  name: 'acme/app',
  scope_key: 'acme/app',
  phase: 'live',
  phase_detail: null,
  next_poll_at: null,
  next_sweep_at: '2026-01-02T00:00:00.000Z',
  last_polled_at: null,
  swept_at: '2026-01-01T00:00:00.000Z',
  run: null,
};
const connectionId = '01900000-0000-7000-8000-000000000002';
const facts = (more: Partial<MissingFacts> = {}): MissingFacts => ({
  wanted: { connectionId, externalKey: '12', url: null, externalId: null },
  connection: {
    name: 'acme',
    connector: 'fake',
    status: 'active',
    status_detail: null,
    refused_today: 0,
  },
  streams: [stream],
  links: [],
  events: [],
  faults: [],
  ...more,
});
const link: MissingFacts['links'][number] = {
  record_id: connectionId,
  record_kind: 'task',
  state: 'tombstone',
  error: null,
  deleted_at: '2026-01-01T00:00:00.000Z',
  joined_into: null,
  is_renamed: false,
  is_taken_back: false,
  url: null,
};
const told = (more: Partial<MissingFacts>) => explainMissing(facts(more))[0].text;
const codes = (more: Partial<MissingFacts>) => explainMissing(facts(more)).map(({ code }) => code);

describe('why something is missing', () => {
  it('is answered by what is known of the object before what stands in the way', () => {
    const found = codes({
      streams: [{ ...stream, phase: 'failed' }],
      events: [
        {
          id: connectionId,
          event: 'issues',
          status: 'dead',
          outcome: 'x',
          received_at: '2026-01-01T00:00:00.000Z',
        },
      ],
      faults: [{ message: 'no title', at: '2026-01-01T00:00:00.000Z', run_id: null }],
      connection: { ...facts().connection, status: 'needs_reauth', refused_today: 3 },
    });
    expect(found).toEqual([
      'unreadable',
      'event_failed',
      'connection_stopped',
      'stream_failed',
      'webhooks_refused',
    ]);
  });

  it.each([
    ['no stream at all', { streams: [] }, 'no_stream'],
    ['a paused stream', { streams: [{ ...stream, phase: 'paused' as const }] }, 'stream_paused'],
    ['a first reading', { streams: [{ ...stream, phase: 'backfill' as const }] }, 'stream_reading'],
    ['nothing at all', {}, 'never_seen'],
  ])('says %s', (_name, more, code) => {
    expect(codes(more)[0]).toBe(code);
  });

  it('says that a sweep waits for an answer', () => {
    const asks = { what: 'delete' as const, count: 30, of: 60 };
    const run = {
      id: connectionId,
      kind: 'reconcile' as const,
      status: 'paused' as const,
      done: 60,
      total: 60,
      asks,
    };
    expect(codes({ streams: [{ ...stream, run }] })[0]).toBe('run_asks');
  });

  it('tells an object that was deleted from one that was taken back, and from a record that lives on', () => {
    expect(told({ links: [link] })).toContain('deleted at the service');
    expect(told({ links: [{ ...link, deleted_at: null }] })).toBe(
      'It is not at acme any more. Its record lives on elsewhere.',
    );
    expect(told({ links: [{ ...link, is_taken_back: true, is_renamed: true }] })).toBe(
      'It was made from here and taken back. What is left of it there is not followed.',
    );
  });

  it('says of a connection and a reading what is so, in words', () => {
    const connection = { ...facts().connection, status: 'needs_reauth' };
    expect(told({ connection })).toBe('Nothing is read from acme. Somebody has to sign in again.');
    const streams = [{ ...stream, phase: 'backfill' as const }];
    // It may have been read before.
    expect(told({ streams })).toBe('Everything of acme/app is still being read.');
  });

  it('compares an address with scopes only where they are words', () => {
    const wanted = {
      connectionId,
      externalKey: null,
      url: 'https://x.example/other/place/12',
      externalId: null,
    };
    expect(codes({ wanted })[0]).toBe('no_scope');
    expect(codes({ wanted: { ...wanted, url: 'https://x.example/Acme/App/issues/12' } })[0]).toBe(
      'never_seen',
    );
    expect(codes({ wanted, streams: [{ ...stream, scope_key: '17' }] })[0]).toBe('never_seen');
  });
});
