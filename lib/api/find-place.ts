import { HubError } from '#lib/core/index';
import type { Session, WebHub } from '#lib/hub/web';
import type { Role } from '#lib/identity/schema';
import type { Route } from './contract.ts';
import { type Guards, leastRole } from './guards.ts';

interface Input {
  params: unknown;
  query: unknown;
  body: unknown;
}

const fieldOf = (value: unknown, name: string): string | undefined => {
  const field = (value as Record<string, unknown> | undefined)?.[name];
  return typeof field === 'string' ? field : undefined;
};

/** The workspace a call is about and the caller's role in it, or null for the caller alone. */
export async function findPlace(
  hub: WebHub,
  guards: Guards,
  contract: Route['contract'],
  session: Session,
  input: Input,
): Promise<{ workspaceId: string; role: Role } | null> {
  const { place, access, orSelf } = contract;
  if (access === 'instance_owner') guards.instanceOwner(session);
  if (place.about === 'caller') return null;
  const workspaceId =
    'in' in place
      ? await rowWorkspace(hub, guards, session, place, input)
      : namedWorkspace(session, input.query);
  const role = guards.member(session, workspaceId);
  const isSelf = orSelf !== undefined && fieldOf(input.params, orSelf) === session.userId;
  const least = leastRole(access);
  if (least !== null && !isSelf) guards.role(role, least);
  return { workspaceId, role };
}

function namedWorkspace(session: Session, query: unknown): string {
  const named = fieldOf(query, 'workspace_id');
  if (named !== undefined) return named;
  const [only, ...others] = session.workspaces;
  if (only && others.length === 0) return only.id;
  throw new HubError('request.invalid', 'Name the workspace: ?workspace_id=…', {
    details: { errors: [{ field: 'workspace_id', reason: 'is needed with several workspaces' }] },
  });
}

async function rowWorkspace(
  hub: WebHub,
  guards: Guards,
  session: Session,
  place: Extract<Route['contract']['place'], { in: string }>,
  input: Input,
): Promise<string> {
  const id = fieldOf(place.in === 'path' ? input.params : input.body, place.name);
  if (id === undefined) throw new HubError('resource.not_found');
  const workspaceId = await guards.workspaceOf(hub, session, place.about, id);
  // Somebody who names the workspace as well must name the right one.
  const named = fieldOf(input.query, 'workspace_id');
  if (named !== undefined && named !== workspaceId) throw new HubError('resource.not_found');
  return workspaceId;
}
