import { describe, expect, it } from 'vitest';
import { explainMissing } from '#lib/hub/explain-missing';
import { missingQuerySchema } from '#lib/hub/schema';

const connectionId = '01900000-0000-7000-8000-000000000002';

/** As it reaches the page's question: through the check of the query. */
const ask = (address: string) => {
  const { url } = missingQuerySchema.parse({ connection_id: connectionId, url: address });
  const [answer] = explainMissing({
    wanted: { connectionId, externalKey: null, url: url ?? null, externalId: null },
    connection: {
      name: 'acme',
      connector: 'fake',
      status: 'active',
      status_detail: null,
      refused_today: 0,
    },
    streams: [
      {
        id: '01900000-0000-7000-8000-000000000001',
        name: 'acme/app',
        scope_key: 'acme/app',
        phase: 'live',
        phase_detail: null,
        next_poll_at: null,
        next_sweep_at: null,
        last_polled_at: null,
        swept_at: null,
        run: null,
      },
    ],
    links: [],
    events: [],
    faults: [],
  });
  return answer.code;
};

describe('an address that something should be at', () => {
  it.each(['%', '%zz', '%E0%A4%A', '%c3%28'])('may be broken: %s', (broken) => {
    expect(ask(`https://x.test/acme/app/issues/${broken}`)).toBe('never_seen');
    expect(ask(`https://x.test/other/${broken}`)).toBe('no_scope');
  });

  it('is read as people write it', () => {
    expect(ask('https://x.test/acme%2Fapp/issues/1')).toBe('never_seen');
  });
});
