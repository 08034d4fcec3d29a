import { problemResponse } from '@/lib/api/index';
import { HubError, newId } from '@/lib/core/index';
import { webHub } from '@/lib/hub/web';
import { safeReturnTo } from '@/lib/identity/index';

/** Which redirect URI was called. */
export interface CallbackPath {
  connector: string;
  /** Where a connector has one for each app. */
  app?: { workspaceId: string; slug: string };
}

/**
 * Where a provider sends the browser back to. Whatever goes wrong ends on a page that names the
 * reason by its code; nothing of the provider's text is carried into an address.
 */
export async function answerCallback(
  request: Request,
  readPath: () => Promise<CallbackPath>,
): Promise<Response> {
  // Next answers HEAD by this function; a look ahead must not use up somebody's code.
  if (request.method !== 'GET')
    return new Response(null, { status: 405, headers: { allow: 'GET' } });
  const hub = webHub();
  const pace = hub.startPace();
  try {
    await hub.countCallback(request.headers, pace);
    const session = await hub.readSession(request.headers);
    if (!session) throw new HubError('identity.unauthenticated');
    const done = await hub.connections.finish(session, {
      ...(await readPath()),
      query: new URL(request.url).search,
      origin: hub.requestOrigin(request.headers),
    });
    const workspace = session.workspaces.find(({ id }) => id === done.workspaceId);
    const page = workspace && `/w/${workspace.slug}/connections/${done.connectionId}`;
    return pace.mark(leadTo(page ?? safeReturnTo(done.returnTo)));
  } catch (error) {
    const requestId = newId();
    const failure = hub.describeFailure(error, requestId, 'oauth-callback');
    // Nothing was read of it, so the same address may be opened again after the wait.
    if (failure.code === 'request.rate_limited') {
      return pace.mark(problemResponse(failure, requestId));
    }
    const query = new URLSearchParams({ code: failure.code });
    const returnTo = failure.details?.['return_to'];
    if (typeof returnTo === 'string') query.set('return_to', safeReturnTo(returnTo));
    return pace.mark(leadTo(`/connect/error?${query}`));
  }
}

/** Relative on purpose: behind the gateway this process does not know the address it is called by. */
const leadTo = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
