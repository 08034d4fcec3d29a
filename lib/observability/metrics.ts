import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One registry a process; Next loads modules twice, so it hangs on globalThis. */
const home = globalThis as { __patchbayMetrics?: Registry };
home.__patchbayMetrics ??= new Registry();
const registry = home.__patchbayMetrics;

type Labels = string[];

/** Names are `patchbay_<noun>_<unit>`; labels must have few values and never an id. */
export function counter(name: string, help: string, labelNames: Labels = []): Counter {
  return (
    (registry.getSingleMetric(name) as Counter | undefined) ??
    new Counter({ name, help, labelNames, registers: [registry] })
  );
}

export function gauge(name: string, help: string, labelNames: Labels = []): Gauge {
  return (
    (registry.getSingleMetric(name) as Gauge | undefined) ??
    new Gauge({ name, help, labelNames, registers: [registry] })
  );
}

/** Seconds, unless the name says otherwise. */
export function histogram(
  name: string,
  help: string,
  labelNames: Labels = [],
  buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
): Histogram {
  return (
    (registry.getSingleMetric(name) as Histogram | undefined) ??
    new Histogram({ name, help, labelNames, buckets, registers: [registry] })
  );
}

/** Prometheus text format 0.0.4 of this process. */
export const metricsText = (): Promise<string> => registry.metrics();
