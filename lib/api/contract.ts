import type { z } from 'zod';
import type { ErrorCode } from '#lib/core/index';
import type { Pace, PlaceKind, Session, WebHub } from '#lib/hub/web';
import type { Role } from '#lib/identity/schema';

/**
 * Who may call a route. A role is the least one in the workspace the call is about; `session` is
 * anybody signed in, `instance_owner` the one who owns this instance.
 */
export type Access = 'public' | 'session' | 'instance_owner' | Role;

/**
 * What a call is about, which is where its workspace comes from: the caller alone (`ownRow` names a
 * row of theirs, and anybody else's is as absent as none), `?workspace_id=`, or a row named in the
 * path or the body.
 */
export type Place =
  | { about: 'caller'; ownRow?: { kind: 'session'; name: string } }
  | { about: 'workspace' }
  | { about: PlaceKind; in: 'path' | 'body'; name: string };

type Shape = z.ZodType;
type Out<T> = T extends Shape ? z.output<T> : undefined;

export interface ContractParts<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends Shape | undefined,
  A extends Shape,
> {
  /** operationId; also the name under which the matrix reports it. */
  id: string;
  tag: string;
  summary: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Under /api/v1, parameters in braces. */
  path: `/${string}`;
  access: Access;
  place: Place;
  /** The caller may do it to themselves with any role: the path parameter that names a user. */
  orSelf?: string;
  params?: P;
  query?: Q;
  body?: B;
  /** 204 answers have schema `nothing`; an event stream's schema describes an event. */
  answer: { status: 200 | 201 | 202 | 204; schema: A; media?: 'text/event-stream' | '*/*' };
  /**
   * The end of the path, its query and its body are another service's business: the last parameter
   * takes slashes, nothing is parsed, and the handler reads `call.passed`. Its answer is not ours
   * either, so a page of this hub must ask for it, with any method.
   */
  passesOn?: true;
  /** Codes beyond those every route may answer. */
  codes?: readonly ErrorCode[];
  /** Exists only while the sandbox is on; 404 otherwise. */
  sandboxOnly?: boolean;
}

export interface Call<P = unknown, Q = unknown, B = unknown> {
  hub: WebHub;
  requestId: string;
  origin: string;
  /** GET, or HEAD, which must not start a stream. */
  method: string;
  signal: AbortSignal;
  headers: Headers;
  /** What has counted this request; a handler may count it further. */
  pace: Pace;
  /** Of a route that passes on: what is behind the place, as it was sent. */
  readonly passed: { target: string; readBody(): Promise<Uint8Array | null> };
  /** Throws `identity.unauthenticated` on a public route without a session. */
  readonly session: Session;
  /** Of the place; throws on a route about the caller alone. */
  readonly workspaceId: string;
  readonly role: Role;
  params: P;
  query: Q;
  body: B;
  /** Headers of the answer. */
  answerHeaders: Headers;
}

/** A route: its contract and what it calls. The generic parts are erased for the registry. */
export interface Route {
  contract: ContractParts<Shape | undefined, Shape | undefined, Shape | undefined, Shape>;
  handle: (call: Call) => Promise<unknown>;
}

/** Ties a handler's types to its contract. A handler may answer a Response (streams, 304). */
export function route<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  A extends Shape = Shape,
>(
  contract: ContractParts<P, Q, B, A>,
  handle: (call: Call<Out<P>, Out<Q>, Out<B>>) => Promise<z.input<A> | Response>,
): Route {
  return { contract, handle: (call) => handle(call as Call<Out<P>, Out<Q>, Out<B>>) };
}
