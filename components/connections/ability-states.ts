import type { AuthModeCard } from '@/lib/connections/schema';

export const abilities = ['read', 'write', 'webhooks'] as const;
export type Ability = (typeof abilities)[number];

/** What one ability of a connection asked for and got. */
export interface AbilityState {
  ability: Ability;
  /** refused: it was asked for, and the provider gave less. */
  state: 'granted' | 'refused' | 'not_asked';
  /** Scopes it would need besides those that were granted. */
  missing: string[];
}

/** Ability by ability; one for which the connector asks nothing of its own is left out. */
export function abilityStates(
  permissions: AuthModeCard['permissions'],
  connection: { scopes_asked: readonly string[]; scopes_granted: readonly string[] },
): AbilityState[] {
  return abilities.flatMap((ability): AbilityState[] => {
    const needed = permissions[ability];
    if (needed.length === 0) return [];
    const missing = needed.filter((scope) => !connection.scopes_granted.includes(scope));
    if (missing.length === 0) return [{ ability, state: 'granted', missing }];
    const wasAsked = needed.every((scope) => connection.scopes_asked.includes(scope));
    return [{ ability, state: wasAsked ? 'refused' : 'not_asked', missing }];
  });
}
