import type { Guards, Route } from '#lib/api/index';
import { roleAllows } from '#lib/identity/schema';
import type { Principal } from './matrix-world.ts';

/** Whose thing a request names. */
export const targets = ['own', 'foreign', 'absent'] as const;
export type Target = (typeof targets)[number];

export interface Verdict {
  status: number;
  /** The check that refused; null when the handler was reached. */
  wall: keyof Guards | null;
}

type Contract = Route['contract'];

const rolesHere: Partial<Record<Principal, 'owner' | 'admin' | 'editor' | 'viewer'>> = {
  owner: 'owner',
  admin: 'admin',
  editor: 'editor',
  viewer: 'viewer',
};
const outside = new Set<Principal>(['anonymous', 'expired', 'revoked']);

const refused = (status: number, wall: keyof Guards): Verdict => ({ status, wall });

/** What a contract promises each principal: derived from its declaration and from nothing else. */
export function expectedVerdict(contract: Contract, principal: Principal, target: Target): Verdict {
  const reached: Verdict = { status: contract.answer.status, wall: null };
  const { access, place } = contract;
  if (access === 'public') return reached;
  if (outside.has(principal)) return refused(401, 'session');
  if (access === 'instance_owner' && principal !== 'instance_owner') {
    return refused(403, 'instanceOwner');
  }
  if (place.about === 'caller') {
    return place.ownRow && target !== 'own' ? { status: 404, wall: null } : reached;
  }
  const isHome =
    target === 'own'
      ? principal in rolesHere
      : target === 'foreign' && principal === 'foreign_owner';
  if (!isHome) return refused(404, 'in' in place ? 'workspaceOf' : 'member');
  const role = rolesHere[principal] ?? 'owner';
  const least = access === 'session' || access === 'instance_owner' ? 'viewer' : access;
  return roleAllows(role, least) ? reached : refused(403, 'role');
}

/** The targets that make sense for a contract. */
export function targetsOf(contract: Contract): readonly Target[] {
  if (contract.access === 'public') return ['own'];
  return contract.place.about === 'caller' && !contract.place.ownRow ? ['own'] : targets;
}
