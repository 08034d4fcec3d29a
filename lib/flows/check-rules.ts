import { defaultsOf, fieldRule, fieldsOf, type Kind, type MergePolicy } from '#lib/kinds/index';
import type { FieldRule } from '#lib/sync/schema';
import { formOf, shapeWords } from './field-shape.ts';
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
  /** Fields its objects have; null as long as nothing is known of them. */
  has: ReadonlySet<string> | null;
}

export const goesOut = ({ direction }: FieldRule): boolean =>
  direction === 'out' || direction === 'both';
export const comesIn = ({ direction }: FieldRule): boolean =>
  direction === 'in' || direction === 'both';

/** Every rule a stream goes by: those of its own, and for a field nobody speaks of its own name. */
export function allRules(kind: Kind, rules: readonly FieldRule[]): FieldRule[] {
  const spoken = new Set(rules.flatMap((rule) => [rule.field, rule.side_field]));
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
  say('policy', rule.policy === null ? null : whyNoPolicy(side.kind, rule.field, rule.policy));
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

function whyNoPolicy(kind: Kind, field: string, policy: MergePolicy): string | null {
  const shape = formOf(kind, field)?.shape;
  const isFit =
    (policy !== 'set' || shape === 'list') &&
    (policy !== 'text' || shape === 'text' || shape === 'line') &&
    (policy !== 'counter' || shape === 'number');
  if (isFit || shape === undefined) return null;
  const wants = { set: 'a list', text: 'text', counter: 'a number' }[policy as 'set'];
  return `“${policy}” is for ${wants}, and “${field}” is ${shapeWords[shape]}`;
}

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

/** No field may be led to from two others, and no two fields are joined twice. */
function checkTargets(side: SideAbilities, rules: readonly FieldRule[], path: string): FlowFault[] {
  const faults: FlowFault[] = [];
  const joined = new Set<string>();
  const written = new Map<string, string>();
  const read = new Map<string, string>();
  rules.forEach((rule, index) => {
    const { field, side_field: there } = rule;
    const pair = JSON.stringify([field, there]);
    if (joined.has(pair)) {
      const reason = `“${field}” and “${there}” of ${side.name} are joined by another rule already`;
      faults.push({ field: `${path}.${index}.field`, reason });
      return;
    }
    joined.add(pair);
    const writer = written.get(there);
    if (goesOut(rule) && writer !== undefined) {
      const reason = `“${there}” of ${side.name} would be written from both “${writer}” and “${field}”`;
      faults.push({ field: `${path}.${index}.side_field`, reason });
    }
    const reader = read.get(field);
    if (comesIn(rule) && reader !== undefined) {
      const reason = `“${field}” would be read from both “${reader}” and “${there}” of ${side.name}`;
      faults.push({ field: `${path}.${index}.field`, reason });
    }
    if (goesOut(rule)) written.set(there, writer ?? field);
    if (comesIn(rule)) read.set(field, reader ?? there);
  });
  return faults;
}
