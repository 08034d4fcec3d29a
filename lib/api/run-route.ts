import { HubError } from '#lib/core/index';
import type { Pace, Session } from '#lib/hub/web';
import type { Call, Route } from './contract.ts';
import type { ApiDeps } from './create-api.ts';
import { findPlace } from './find-place.ts';
import { passedOf } from './passed-call.ts';
import { readJsonBody } from './read-body.ts';
import { parsePart, queryObject, refuseExtra } from './read-input.ts';

export interface Incoming {
  request: Request;
  requestId: string;
  params: Record<string, string>;
  pace: Pace;
}

/**
 * The way of every request: where from, who, what (size and structure, then the schema), where
 * (workspace and role), and only then the one call behind the route. What comes back is parsed too,
 * so nothing undeclared leaves.
 */
export async function runRoute(deps: ApiDeps, route: Route, incoming: Incoming): Promise<Response> {
  const { hub, guards } = deps;
  const { contract } = route;
  const { request, pace } = incoming;
  const origin = hub.requestOrigin(request.headers);
  if (contract.sandboxOnly && !hub.features.sandbox) throw new HubError('resource.not_found');
  if (contract.method !== 'get' || contract.passesOn) guards.sameOrigin(hub, request.headers);
  const session = contract.access === 'public' ? null : await guards.session(hub, request.headers);
  if (session) guards.pace(hub, session, pace);
  else hub.countGuest(request.headers, pace);
  const input = await readInput(contract, incoming);
  const place = session && (await findPlace(hub, guards, contract, session, input));
  if (place) hub.countWorkspace(place.workspaceId, pace);
  const answerHeaders = new Headers({
    'cache-control': 'no-store',
    'x-request-id': incoming.requestId,
  });
  const call: Call = {
    hub,
    requestId: incoming.requestId,
    origin,
    method: request.method,
    signal: request.signal,
    headers: request.headers,
    pace,
    get session() {
      return present<Session>(session);
    },
    get workspaceId() {
      return present(place).workspaceId;
    },
    get role() {
      return present(place).role;
    },
    get passed() {
      return present(contract.passesOn ? passedOf(contract, request) : null);
    },
    ...input,
    answerHeaders,
  };
  return toAnswer(route, await route.handle(call), answerHeaders);
}

/** A handler that asks for what its contract did not is a mistake of ours, and fails closed. */
function present<T>(value: T | null): T {
  if (value === null) throw new HubError('identity.unauthenticated');
  return value;
}

async function readInput(contract: Route['contract'], incoming: Incoming) {
  if (contract.passesOn) return readPlace(contract, incoming);
  const search = queryObject(new URL(incoming.request.url).searchParams);
  if (!contract.query) refuseExtra(search, 'query');
  const parsed = contract.params?.safeParse(incoming.params);
  // An id of the wrong form names nothing, which is what an absent one does.
  if (parsed && !parsed.success) throw new HubError('resource.not_found');
  const query = parsePart(contract.query, search, 'query');
  if (contract.method === 'get') return { params: parsed?.data, query, body: undefined };
  const sent = await readJsonBody(incoming.request);
  if (!contract.body && sent !== null) {
    throw new HubError('request.invalid', 'This request takes no body.');
  }
  return { params: parsed?.data, query, body: parsePart(contract.body, sent, 'body') };
}

/** Only which thing it is about is ours to read. */
function readPlace(contract: Route['contract'], { params }: Incoming) {
  const parsed = contract.params?.safeParse(params);
  if (parsed && !parsed.success) throw new HubError('resource.not_found');
  return { params: parsed?.data, query: undefined, body: undefined };
}

function toAnswer(route: Route, result: unknown, headers: Headers): Response {
  const { status, schema } = route.contract.answer;
  if (result instanceof Response) {
    for (const [name, value] of headers)
      if (!result.headers.has(name)) result.headers.set(name, value);
    return result;
  }
  const body = schema.parse(result);
  if (status === 204) return new Response(null, { status, headers });
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(body), { status, headers });
}
