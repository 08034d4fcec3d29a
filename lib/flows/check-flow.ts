import type { ResourceManifest } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { fieldsOf, type Kind } from '#lib/kinds/index';
import type { FieldRule } from '#lib/sync/schema';
import {
  allRules,
  checkRules,
  comesIn,
  type FlowFault,
  goesOut,
  type SideAbilities,
} from './check-rules.ts';
import { findCycles } from './find-cycles.ts';
import { flowLimits } from './limits.ts';

export type { FlowFault } from './check-rules.ts';

/** A side as it was asked for, with what is known of its stream. */
export interface CheckedSide {
  streamId: string;
  creates: boolean;
  rules: readonly FieldRule[];
  /** Null when the workspace has no such stream. */
  stream: {
    name: string;
    kind: Kind;
    connectionId: string;
    /** The flow it is in, if it is another than this. */
    inFlow: string | null;
    /** Null for one whose connector nobody knows any more. */
    resource: ResourceManifest | null;
    /** Fields its objects were seen with. */
    seen: readonly string[];
  } | null;
}

export interface CheckedFlow {
  sides: readonly CheckedSide[];
  matchFields: readonly string[];
}

/** Pure: everything that keeps this from being a flow, all at once; an empty list when nothing does. */
export function checkFlow(flow: CheckedFlow): FlowFault[] {
  const streams = checkStreams(flow.sides);
  const known = flow.sides.flatMap(({ stream, rules, creates }, side) =>
    stream === null
      ? []
      : [{ side, rules, creates, abilities: abilitiesOf(stream), resource: stream.resource }],
  );
  const rules = known.flatMap(({ side, rules: given, abilities }) =>
    checkRules(abilities, given, `sides.${side}.rules`),
  );
  const all = known.map((one) => ({
    ...one,
    name: one.abilities.name,
    rules: allRules(one.abilities.kind, one.rules),
    given: one.rules.length,
  }));
  const circles = findCycles(all).map((found) => ({
    field: `sides.${all[found.side]?.side}.rules.${found.rule}.field`,
    reason: found.reason,
  }));
  const isOneKind = new Set(known.map(({ abilities }) => abilities.kind)).size <= 1;
  const making = all.flatMap(checkMaking);
  const lists = all.flatMap((side) => checkLists(side, all));
  return [
    ...streams,
    ...rules,
    ...circles,
    ...lists,
    ...making,
    ...(isOneKind ? checkMatching(flow.matchFields, all) : []),
  ];
}

/** Throws `request.invalid` with the faults, up to `flowLimits.toldFaults`. */
export function mustBeFlow(flow: CheckedFlow): void {
  const errors = checkFlow(flow);
  const [first] = errors;
  if (!first) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new HubError('request.invalid', `${first.field}: ${first.reason}${more}.`, {
    details: {
      errors: errors
        .slice(0, flowLimits.toldFaults)
        .map(({ field, reason }) => ({ field, reason })),
    },
  });
}

type KnownStream = NonNullable<CheckedSide['stream']>;

export const abilitiesOf = ({ name, kind, resource, seen }: KnownStream): SideAbilities => ({
  name,
  kind,
  writable: resource?.writable ?? [],
  writableValues: resource?.writableValues ?? {},
  holdsOne: resource?.holdsOne ?? [],
  has: seen.length === 0 ? null : new Set([...seen, ...(resource?.writable ?? [])]),
});

function checkStreams(sides: readonly CheckedSide[]): FlowFault[] {
  const first = sides.find(({ stream }) => stream !== null)?.stream;
  return sides.flatMap(({ streamId, stream }, index) => {
    const field = `sides.${index}.stream_id`;
    const before = sides.slice(0, index);
    if (stream === null) return [{ field, reason: 'is no stream of this workspace' }];
    if (before.some((side) => side.streamId === streamId)) {
      return [{ field, reason: `${stream.name} is a side of this flow already` }];
    }
    const faults: FlowFault[] = [];
    if (before.some((side) => side.stream?.connectionId === stream.connectionId)) {
      const reason = `${stream.name} belongs to a connection that another side has; a record lives once at a connection`;
      faults.push({ field, reason });
    }
    if (stream.inFlow !== null) {
      const reason = `${stream.name} is a side of the flow “${stream.inFlow}”; a stream has one flow`;
      faults.push({ field, reason });
    }
    if (first && first.kind !== stream.kind) {
      const reason = `${first.name} holds records of kind ${first.kind} and ${stream.name} of kind ${stream.kind}; a flow keeps one kind the same. To tell a channel of what happens to a stream, make a subscription under Deliveries whose filter names the stream`;
      faults.push({ field, reason });
    }
    return faults;
  });
}

interface KnownSide {
  side: number;
  name: string;
  creates: boolean;
  rules: readonly FieldRule[];
  /** How many of the rules somebody made. */
  given: number;
  abilities: SideAbilities;
  resource: ResourceManifest | null;
}

/** Objects are made where they can be, and something must write what they cannot be without. */
function checkMaking({ side, name, creates, rules, resource }: KnownSide): FlowFault[] {
  if (!creates) return [];
  if (!resource?.creates) {
    const reason = `nothing can be made at ${name} from here; what is missing there stays missing`;
    return [{ field: `sides.${side}.creates`, reason }];
  }
  return resource.creates.required
    .filter((field) => !rules.some((rule) => goesOut(rule) && rule.side_field === field))
    .map((field) => ({
      field: `sides.${side}.creates`,
      reason: `nothing is made at ${name} without “${field}”, and no rule writes it`,
    }));
}

/**
 * Where one item has room, a rule says which of a list that other sides have. Where nobody made one, the
 * service itself says no to more than one.
 */
function checkLists(at: KnownSide, sides: readonly KnownSide[]): FlowFault[] {
  const { holdsOne } = at.abilities;
  return at.rules.slice(0, at.given).flatMap((rule, index) => {
    const { field, side_field: there, transform } = rule;
    const isNarrow =
      transform !== null && (transform.type !== 'values' || transform.only === 'first');
    if (isNarrow || !goesOut(rule) || !holdsOne.includes(there)) return [];
    const from = sides.find((side) => side !== at && bringsLists(side, field));
    if (!from) return [];
    const reason = `“${there}” holds one value at ${at.name}, and “${field}” of ${from.name} is a list; “first” sends its first`;
    return [{ field: `sides.${at.side}.rules.${index}.transform`, reason }];
  });
}

const bringsLists = ({ rules, abilities }: KnownSide, field: string): boolean =>
  isRead(field, rules, abilities) &&
  rules.some((rule) => rule.field === field && !abilities.holdsOne.includes(rule.side_field));

function checkMatching(matchFields: readonly string[], sides: readonly KnownSide[]): FlowFault[] {
  const kind = sides[0]?.abilities.kind;
  if (kind === undefined) return [];
  return matchFields.flatMap((name, index) => {
    const field = `match_fields.${index}`;
    if (!Object.hasOwn(fieldsOf(kind), name)) {
      return [{ field, reason: `a ${kind} has no field “${name}”` }];
    }
    if (matchFields.indexOf(name) < index) return [{ field, reason: `“${name}” is named twice` }];
    return sides
      .filter(({ rules, abilities }) => !isRead(name, rules, abilities))
      .map((side) => ({ field, reason: `“${name}” does not come in from ${side.name}` }));
  });
}

const isRead = (
  field: string,
  rules: readonly FieldRule[],
  { has }: Pick<SideAbilities, 'has'>,
): boolean =>
  rules.some(
    (rule) => rule.field === field && comesIn(rule) && (has === null || has.has(rule.side_field)),
  );
