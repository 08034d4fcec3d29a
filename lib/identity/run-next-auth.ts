import { createHash } from 'node:crypto';
import type { AuthOptions } from 'next-auth';
import * as nextAuth from 'next-auth/next';
import { newSecretToken } from './secret-token.ts';

/** What next-auth is asked: its action, and the request as we have checked it. */
export interface AuthCall {
  action: 'signin' | 'callback' | 'signout';
  providerId: string | null;
  method: 'GET' | 'POST';
  query: Record<string, string>;
  body: Record<string, string>;
  cookies: Record<string, string>;
  origin: string;
}

export interface AuthAnswer {
  status: number;
  headers: Headers;
  location: string | null;
}

type ApiHandler = (request: object, response: object, options: AuthOptions) => Promise<unknown>;

/** CommonJS: a bundler hands over the function, plain Node the module around it. */
function handlerOf(module: { default: unknown }): ApiHandler {
  const inner = module.default;
  const found = typeof inner === 'function' ? inner : (inner as { default: unknown }).default;
  return found as ApiHandler;
}

/**
 * Runs next-auth 4 through its Pages-API shape rather than its App-Router one: the latter reads
 * headers and cookies behind our back (next/headers), and so would believe an x-forwarded-host
 * that nobody checked. Here it sees only what is handed over. It reads the origin from these two
 * headers as long as AUTH_TRUST_HOST is set (lib/env does that).
 */
export async function runNextAuth(call: AuthCall, options: AuthOptions): Promise<AuthAnswer> {
  const url = new URL(call.origin);
  const csrf = call.method === 'POST' && call.action !== 'callback' ? csrfPair(options) : null;
  const answer: AuthAnswer = { status: 200, headers: new Headers(), location: null };
  const request = {
    method: call.method,
    headers: {
      host: url.host,
      'x-forwarded-host': url.host,
      'x-forwarded-proto': url.protocol.slice(0, -1),
    },
    query: {
      ...call.query,
      nextauth: call.providerId ? [call.action, call.providerId] : [call.action],
    },
    cookies: { ...call.cookies, ...(csrf ? { [csrf.cookie]: csrf.value } : {}) },
    body: { ...call.body, ...(csrf ? { csrfToken: csrf.token } : {}) },
  };
  await handlerOf(nextAuth)(request, recordInto(answer), options);
  return answer;
}

/**
 * The forms carry no CSRF token: their Origin header was checked before (isSameOrigin), which a
 * page without scripts and without cookies can pass as well. next-auth wants its pair all the same.
 * https://github.com/nextauthjs/next-auth/blob/v4/packages/next-auth/src/core/lib/csrf-token.ts
 */
function csrfPair(options: AuthOptions) {
  const token = newSecretToken();
  const hash = createHash('sha256')
    .update(`${token}${options.secret ?? ''}`)
    .digest('hex');
  const cookie = `${options.useSecureCookies ? '__Host-' : ''}next-auth.csrf-token`;
  return { token, cookie, value: `${token}|${hash}` };
}

function recordInto(answer: AuthAnswer) {
  const response = {
    status(code: number) {
      answer.status = code;
      return response;
    },
    getHeader: (name: string) =>
      name.toLowerCase() === 'set-cookie' ? answer.headers.getSetCookie() : undefined,
    setHeader(name: string, value: string | string[]) {
      if (name.toLowerCase() === 'location') answer.location = String(value);
      else if (Array.isArray(value)) {
        answer.headers.delete(name);
        for (const one of value) answer.headers.append(name, one);
      } else answer.headers.set(name, value);
      return response;
    },
    end: () => undefined,
    send: () => undefined,
    json: () => undefined,
  };
  return response;
}
