import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** One comparison, as it is printed: a JSON object on a line of its own. */
export interface Figure {
  bench: string;
  /** What it is held against; `bar` when that is a fixed bar and not something measured beside it. */
  against: string;
  ours: number;
  reference: number;
  /** Always ours ÷ reference. */
  ratio: number;
  unit: string;
  /** Measurements behind `ours`. */
  n: number;
  machine: string;
}

/** A figure with the words around it. */
export interface Result {
  figure: Figure;
  /** Spread of ours: what the figure alone does not tell. */
  spread: string;
}

const digits = (value: number): number => Number(value.toPrecision(4));

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`;

export const commit = (root: string): string =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

/** The value below which `share` of the sorted values lie; the nearest one that was measured. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.max(0, index)] ?? Number.NaN;
}

export function figure(of: Omit<Figure, 'ratio' | 'machine'>): Figure {
  const { bench, against, unit, n } = of;
  const [ours, reference] = [digits(of.ours), digits(of.reference)];
  const ratio = digits(of.ours / of.reference);
  return { bench, against, ours, reference, ratio, unit, n, machine: machine() };
}

export const spreadOf = (values: readonly number[], unit: string): string =>
  ['min', 'p50', 'p95', 'max']
    .map((name, index) => `${name} ${digits(quantile(values, [0, 0.5, 0.95, 1][index] ?? 1))}`)
    .join(' · ')
    .concat(` ${unit}, n ${values.length}`);

/** A quantile of ours against the same one of the reference. */
export function compare(given: {
  bench: string;
  against: string;
  ours: readonly number[];
  reference: readonly number[];
  share: number;
  unit: string;
}): Result {
  const { bench, against, ours, reference, share, unit } = given;
  return {
    figure: figure({
      bench: `${bench} p${share * 100}`,
      against,
      ours: quantile(ours, share),
      reference: quantile(reference, share),
      unit,
      n: ours.length,
    }),
    spread: `ours ${spreadOf(ours, unit)}; ${against} ${spreadOf(reference, unit)}`,
  };
}
