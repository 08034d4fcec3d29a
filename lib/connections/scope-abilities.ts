import { type Ability, abilities, type ScopesByAbility } from '#lib/connectors/protocol/index';

/** What one ability of a connection asked for and got. */
export interface AbilityState {
  ability: Ability;
  /** `partly`: asked for, and the provider gave less. */
  state: 'granted' | 'partly' | 'not_asked';
  missing: string[];
}

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

/** Ability by ability. One that needs no scope at this provider is granted with any access. */
export function abilityStates(
  scopes: ScopesByAbility,
  connection: { asked: readonly string[]; granted: readonly string[] },
): AbilityState[] {
  return abilities.map((ability) => {
    const needed = scopes[ability];
    const missing = needed.filter((scope) => !connection.granted.includes(scope));
    const isAsked = needed.every((scope) => connection.asked.includes(scope));
    if (missing.length === 0) return { ability, state: 'granted', missing: [] };
    return { ability, state: isAsked ? 'partly' : 'not_asked', missing };
  });
}
