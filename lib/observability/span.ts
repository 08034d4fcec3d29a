import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('patchbay');

/** Filled in while the work goes on. Values are facts of the call, never a path, a body or a header. */
export type SpanFacts = Record<string, string | number | boolean>;

const kinds = { client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/**
 * One call to another service (client), or one step inside this process, as a span. The operator's OpenTelemetry SDK takes it when one is
 * registered in the process; without one it costs nothing and goes nowhere.
 */
export function inSpan<T>(
  name: string,
  facts: SpanFacts,
  work: (note: (more: SpanFacts) => void) => Promise<T>,
  kind: keyof typeof kinds = 'client',
): Promise<T> {
  const options = { kind: kinds[kind], attributes: facts };
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work((more) => span.setAttributes(more));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      span.setAttribute('error.type', code);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
