import { z } from 'zod';
import { type Route, route } from '../contract.ts';
import { idParams } from '../shapes.ts';

/** Answers that have no body (Fetch standard, "null body status"). */
const bodiless = new Set([204, 205, 304]);

/**
 * What a service sends is shown from our address: it must be no page, run nothing, and not be taken
 * for another kind than it says.
 */
const harmless = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'attachment',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

/** Reading asks for an editor too: the credential sees more than the streams, and GET may write. */
const passOn = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', id: string): Route =>
  route(
    {
      id,
      tag: 'proxy',
      summary: `${method.toUpperCase()} at the service of a connection, with its credential`,
      method,
      path: '/connections/{id}/proxy/{path}',
      access: 'editor',
      place: { about: 'connection', in: 'path', name: 'id' },
      params: idParams.extend({ path: z.string() }),
      answer: { status: 200, schema: z.unknown(), media: '*/*' },
      passesOn: true,
      codes: [
        'request.too_large',
        'commands.timeout',
        'connections.not_active',
        'connections.needs_reauth',
        'provider.host_refused',
        'provider.redirected',
        'provider.rate_limited',
        'provider.unavailable',
        'provider.unreachable',
        'provider.timeout',
        'provider.answer_too_large',
        'provider.bad_answer',
      ],
    },
    async ({ hub, session, workspaceId, params, passed, headers, pace, signal, method: asked }) => {
      const place = { workspaceId, connectionId: params.id };
      const answer = await hub.proxy.call(session, place, {
        method: method.toUpperCase(),
        target: passed.target,
        headers,
        pace,
        body: method === 'get' ? null : await passed.readBody(),
        signal,
      });
      const isBodiless = bodiless.has(answer.status) || asked === 'HEAD';
      // Nobody will read it, and the service would go on until it is noticed.
      if (isBodiless) await answer.body?.cancel();
      return new Response(isBodiless ? null : answer.body, {
        status: answer.status,
        headers: { 'content-type': 'application/octet-stream', ...answer.headers, ...harmless },
      });
    },
  );

export const proxyRoutes: readonly Route[] = [
  passOn('get', 'proxyGet'),
  passOn('post', 'proxyPost'),
  passOn('put', 'proxyPut'),
  passOn('patch', 'proxyPatch'),
  passOn('delete', 'proxyDelete'),
];
