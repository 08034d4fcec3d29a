import { HubError } from '#lib/core/index';
import type { Pace, PlaceKind, Session, WebHub } from '#lib/hub/web';
import { type Role, roleAllows } from '#lib/identity/schema';
import type { Access } from './contract.ts';

/**
 * Every check between a request and its handler, as one value: tests take them away one by one to
 * prove that the route × principal matrix notices. What the caller may not see is answered exactly
 * as what does not exist.
 */
export interface Guards {
  /** A write must come from a page of this hub. */
  sameOrigin: (hub: WebHub, headers: Headers) => void;
  /** A living session. */
  session: (hub: WebHub, headers: Headers) => Promise<Session>;
  /** A bounded pace per session and person. */
  pace: (hub: WebHub, session: Session, pace: Pace) => void;
  /** The bearer's role in a workspace; throws `resource.not_found` for one they are not in. */
  member: (session: Session, workspaceId: string) => Role;
  /** The workspace of a row, seen through row security. */
  workspaceOf: (hub: WebHub, session: Session, kind: PlaceKind, id: string) => Promise<string>;
  role: (role: Role, least: Role) => void;
  instanceOwner: (session: Session) => void;
}

export const guards: Guards = {
  sameOrigin(hub, headers) {
    if (!hub.isSameOrigin(headers)) throw new HubError('request.origin_refused');
  },
  async session(hub, headers) {
    const session = await hub.readSession(headers);
    if (!session) throw new HubError('identity.unauthenticated');
    return session;
  },
  pace(hub, session, pace) {
    hub.countSession(session, pace);
  },
  member(session, workspaceId) {
    const workspace = session.workspaces.find((one) => one.id === workspaceId);
    if (!workspace) throw new HubError('resource.not_found');
    return workspace.role;
  },
  async workspaceOf(hub, session, kind, id) {
    const workspaceId = await hub.findWorkspaceOf(session, kind, id);
    if (workspaceId === null) throw new HubError('resource.not_found');
    return workspaceId;
  },
  role(role, least) {
    if (!roleAllows(role, least)) throw new HubError('identity.forbidden');
  },
  instanceOwner(session) {
    if (!session.isInstanceOwner) throw new HubError('identity.forbidden');
  },
};

/** Routes for whoever is signed in ask for no role. */
export const leastRole = (access: Access): Role | null =>
  access === 'public' || access === 'session' || access === 'instance_owner' ? null : access;
