import { type Span, type Tracer, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { inSpan } from '#lib/observability/index';

afterEach(() => trace.disable());

/** The least an OpenTelemetry SDK is: it remembers what a span was told. */
function remember() {
  const spans: { name: string; facts: Record<string, unknown>; failed: boolean; ended: boolean }[] =
    [];
  const startActiveSpan = (
    name: string,
    options: { attributes: Record<string, unknown> },
    work: (span: Span) => unknown,
  ): unknown => {
    const kept = { name, facts: { ...options.attributes }, failed: false, ended: false };
    spans.push(kept);
    const span = {
      setAttributes: (more: Record<string, unknown>) => Object.assign(kept.facts, more),
      setAttribute: (key: string, value: unknown) => Object.assign(kept.facts, { [key]: value }),
      setStatus: () => Object.assign(kept, { failed: true }),
      end: () => Object.assign(kept, { ended: true }),
    };
    return work(span as unknown as Span);
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startActiveSpan }) as unknown as Tracer });
  return spans;
}

it('a call is a span for whoever listens, and says how it ended', async () => {
  const spans = remember();
  await inSpan('GET github', { 'server.address': 'api.github.com' }, async (note) => {
    note({ 'http.response.status_code': 200 });
  });
  const failed = inSpan('PATCH github', {}, () =>
    Promise.reject(new HubError('provider.timeout', 'a secret of the answer')),
  );
  await expect(failed).rejects.toMatchObject({ code: 'provider.timeout' });
  expect(spans).toEqual([
    {
      name: 'GET github',
      facts: { 'server.address': 'api.github.com', 'http.response.status_code': 200 },
      failed: false,
      ended: true,
    },
    {
      name: 'PATCH github',
      facts: { 'error.type': 'provider.timeout' },
      failed: true,
      ended: true,
    },
  ]);
});

it('without one it changes nothing', async () => {
  expect(await inSpan('GET github', {}, () => Promise.resolve(7))).toBe(7);
});
