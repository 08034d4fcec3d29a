import { type Ability, abilities, type ScopesByAbility } from '#lib/connectors/protocol/index';

/**
 * The scopes of the abilities that are wanted, on top of those the connection was asked for before:
 * access grows step by step and never shrinks by asking for one thing more.
 */
export function scopesToAsk(
  scopes: ScopesByAbility,
  wanted: readonly Ability[] = abilities,
  before: readonly string[] = [],
): string[] {
  // A scope the connector does not ask for any more is not carried on.
  const known = new Set(abilities.flatMap((ability) => scopes[ability]));
  const asked = abilities.filter((ability) => wanted.includes(ability));
  return [
    ...new Set([
      ...asked.flatMap((ability) => scopes[ability]),
      ...before.filter((scope) => known.has(scope)),
    ]),
  ];
}
