import type { FlowInput } from '@/lib/flows/schema';
import { ApiProblem } from '@/lib/live/index';

/** What the hub finds wrong with a flow, by the place it stands at. */
export interface EditorFaults {
  name: string | undefined;
  /** About the streams as such. */
  streams: string | undefined;
  match: string | undefined;
  /** About one side, by its index. */
  sides: ReadonlyMap<number, string>;
  /** About one rule: `<side>:<field>`. */
  rules: ReadonlyMap<string, string>;
  /** What has no place of its own. */
  other: string | undefined;
}

export const ruleKey = (side: number, field: string): string => `${side}:${field}`;

const rulePath = /^sides[.[](\d+)\]?\.rules[.[](\d+)\]?/;
const sidePath = /^sides[.[](\d+)\]?/;

const none: EditorFaults = {
  name: undefined,
  streams: undefined,
  match: undefined,
  sides: new Map(),
  rules: new Map(),
  other: undefined,
};

/** A rule is named by its place in what was sent, so that is needed to find its field again. */
export function faultsOf(error: Error | null, sent: FlowInput | null): EditorFaults {
  if (!error) return none;
  if (!(error instanceof ApiProblem) || error.errors.length === 0) {
    return { ...none, other: error.message };
  }
  const sides = new Map<number, string>();
  const rules = new Map<string, string>();
  const faults = { ...none, sides, rules };
  for (const { field: path, reason } of error.errors) {
    const rule = rulePath.exec(path);
    const side = sidePath.exec(path);
    if (rule) {
      const [, sideAt, ruleAt] = rule.map(Number) as [number, number, number];
      const field = sent?.sides[sideAt]?.rules[ruleAt]?.field;
      if (field) rules.set(ruleKey(sideAt, field), reason);
      else sides.set(sideAt, reason);
    } else if (side) sides.set(Number(side[1]), reason);
    else if (path === 'name') faults.name = reason;
    else if (path === 'sides') faults.streams = reason;
    else if (path.startsWith('match_fields')) faults.match = reason;
    else faults.other = reason;
  }
  return faults;
}

export const hasFaults = (faults: EditorFaults): boolean =>
  faults.sides.size > 0 ||
  faults.rules.size > 0 ||
  [faults.name, faults.streams, faults.match, faults.other].some(Boolean);
