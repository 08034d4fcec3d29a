import { defaultsOf, fieldRule, fieldsOf, type Kind, type MergePolicy } from '#lib/kinds/index';
import type { FieldRule } from '#lib/sync/schema';
import { type FieldShape, formOf, shapeWords } from './field-shape.ts';
import { whyUnfit } from './fit-rule.ts';

export interface FlowFault {
  /** Where it stands in what was sent: `sides.0.rules.2.side_field`. */
  field: string;
  reason: string;
}

/** What is known of a side, as far as its rules go. */
export interface SideAbilities {
  /** Its stream, for people. */
  name: string;
  kind: Kind;
  writable: readonly string[];
  writableValues: Readonly<Record<string, readonly string[]>>;
  /** Fields there that are lists in the kind and hold one item. */
  holdsOne: readonly string[];
  /** Fields its objects have; null as long as nothing is known of them. */
  has: ReadonlySet<string> | null;
}

export const goesOut = ({ direction }: FieldRule): boolean =>
  direction === 'out' || direction === 'both';
export const comesIn = ({ direction }: FieldRule): boolean =>
  direction === 'in' || direction === 'both';

/**
 * Every rule a stream goes by: its own, and its own name for a field nobody speaks of, unless a rule
 * gives that place to another field (lib/sync/lens reads them the same way).
 */
export function allRules(kind: Kind, rules: readonly FieldRule[]): FieldRule[] {
  const spoken = new Set(rules.map((rule) => rule.field));
  for (const rule of rules) if (rule.direction !== 'none') spoken.add(rule.side_field);
  const others = Object.keys(fieldsOf(kind)).filter((field) => !spoken.has(field));
  return [
    ...rules,
    ...others.map((field) => ({
      field,
      side_field: field,
      direction: 'both' as const,
      policy: null,
      transform: null,
    })),
  ];
}

/** Pure: everything that is wrong with the rules of one side, on its own. */
export function checkRules(
  side: SideAbilities,
  rules: readonly FieldRule[],
  path: string,
): FlowFault[] {
  return [
    ...rules.flatMap((rule, index) => checkRule(side, rule, `${path}.${index}`)),
    ...checkTargets(side, rules, path),
  ];
}

function checkRule(side: SideAbilities, rule: FieldRule, path: string): FlowFault[] {
  const fields = Object.keys(fieldsOf(side.kind));
  const unknown = (['field', 'side_field'] as const).filter((name) => !fields.includes(rule[name]));
  if (unknown.length > 0) {
    return unknown.map((name) => ({
      field: `${path}.${name}`,
      reason: `a ${side.kind} has no field “${rule[name]}”`,
    }));
  }
  const faults: FlowFault[] = [];
  const say = (name: keyof FieldRule, reason: string | null): void => {
    if (reason !== null) faults.push({ field: `${path}.${name}`, reason });
  };
  say('direction', whyNotWritten(side, rule));
  say('side_field', whyNotRead(side, rule));
  say('policy', whyNoPolicy(side.kind, rule));
  say('transform', whyUnfit(side.kind, rule));
  faults.push(...checkPairs(side, rule, `${path}.transform`));
  return faults;
}

function whyNotWritten(side: SideAbilities, rule: FieldRule): string | null {
  if (!goesOut(rule) || side.writable.includes(rule.side_field)) return null;
  const way = rule.direction === 'both' ? '; it can only come in from there' : '';
  return `“${rule.side_field}” cannot be written at ${side.name}${way}`;
}

function whyNotRead(side: SideAbilities, rule: FieldRule): string | null {
  if (rule.direction !== 'in' || side.has === null || side.has.has(rule.side_field)) return null;
  return `nothing at ${side.name} has “${rule.side_field}”`;
}

/** A policy that could never decide anything is refused too: it would be believed and do nothing. */
function whyNoPolicy(kind: Kind, { field, policy, direction }: FieldRule): string | null {
  const shape = formOf(kind, field)?.shape;
  if (policy === null || shape === undefined) return null;
  const wants = policyShapes[policy];
  if (wants && !wants.shapes.includes(shape)) {
    return `“${policy}” is for ${wants.words}, and “${field}” is ${shapeWords[shape]}`;
  }
  if (direction === 'out' && policy !== 'local_wins') {
    return `“${field}” only goes out, so what stands here always wins`;
  }
  if (direction === 'in' && asksOrKeeps.includes(policy)) {
    return `“${field}” only comes in, so what stands there always wins`;
  }
  return null;
}

const asksOrKeeps: readonly MergePolicy[] = ['manual', 'local_wins', 'latest_wins'];
const policyShapes: Partial<Record<MergePolicy, { shapes: readonly FieldShape[]; words: string }>> =
  {
    set: { shapes: ['list'], words: 'a list' },
    text: { shapes: ['text', 'line'], words: 'text' },
    counter: { shapes: ['number'], words: 'a number' },
  };

function checkPairs(side: SideAbilities, rule: FieldRule, path: string): FlowFault[] {
  if (rule.transform?.type !== 'values') return [];
  const { pairs } = rule.transform;
  const isList = Array.isArray(defaultsOf(side.kind)[rule.field]);
  // Members of a set are told apart exactly; a line's outer white space does not count.
  const isLine = !isList && fieldRule(side.kind, rule.field).comparator === 'line';
  const formed = (value: string) => (isLine ? value.trim() : value).normalize('NFC');
  const seen = new Set<string>();
  const accepted = goesOut(rule) ? side.writableValues[rule.side_field] : undefined;
  return pairs.flatMap(({ here, there }, index) => {
    const faults: FlowFault[] = [];
    const at = `${path}.pairs.${index}`;
    if (seen.has(formed(here))) {
      faults.push({ field: `${at}.here`, reason: `“${here}” has a value there already` });
    }
    seen.add(formed(here));
    if (accepted && !accepted.includes(there)) {
      const reason = `${side.name} takes ${accepted.join(', ')} for “${rule.side_field}”, and not “${there}”`;
      faults.push({ field: `${at}.there`, reason });
    }
    return faults;
  });
}

/** A field has one rule, and none is led to from two others. */
function checkTargets(side: SideAbilities, rules: readonly FieldRule[], path: string): FlowFault[] {
  const faults: FlowFault[] = [];
  const ruled = new Map<string, FieldRule>();
  const written = new Map<string, string>();
  rules.forEach((rule, index) => {
    const { field, side_field: there } = rule;
    const other = ruled.get(field);
    if (other) {
      const isRead = comesIn(rule) && comesIn(other) && other.side_field !== there;
      const reason = isRead
        ? `“${field}” would be read from both “${other.side_field}” and “${there}” of ${side.name}`
        : `“${field}” has a rule for ${side.name} already`;
      faults.push({ field: `${path}.${index}.field`, reason });
    }
    const writer = written.get(there);
    if (goesOut(rule) && writer !== undefined && writer !== field) {
      const reason = `“${there}” of ${side.name} would be written from both “${writer}” and “${field}”`;
      faults.push({ field: `${path}.${index}.side_field`, reason });
    }
    ruled.set(field, other ?? rule);
    if (goesOut(rule)) written.set(there, writer ?? field);
  });
  return faults;
}
