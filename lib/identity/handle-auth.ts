import { HubError } from '#lib/core/index';
import { authOptions } from './auth-options.ts';
import { linkCall } from './link-call.ts';
import { isSameOrigin, requestAddress, requestOrigin } from './request-origin.ts';
import { safeReturnTo } from './return-to.ts';
import { type AuthAnswer, type AuthCall, runNextAuth } from './run-next-auth.ts';
import { hashToken } from './secret-token.ts';
import { readCookies, sessionCookieName } from './session-cookie.ts';
import { deleteSessionByHash } from './session-store.ts';
import type { IdentityDeps } from './settings.ts';
import { signInChoices } from './sign-in-providers.ts';

const formBytes = 8_192;
/**
 * Everything under /api/auth: `POST signin/<provider>`, `GET callback/<provider>`, `POST signout`;
 * and `POST callback/email`, the button of the page a mailed link leads to, which no GET presses.
 * Nothing else of next-auth is reachable. POSTs must come from a page of this hub. Throws HubError.
 */
export async function handleAuth(
  deps: IdentityDeps,
  request: Request,
  path: string[],
  fetcher?: typeof fetch,
): Promise<Response> {
  const origin = requestOrigin(request.headers, deps.settings);
  const call = await readCall(deps, request, path, origin);
  if (call.action === 'callback' && call.query['error'] !== undefined) {
    // The person said no, or the provider did: no token is asked for.
    const reason = call.query['error'] === 'access_denied' ? 'AccessDenied' : 'OAuthCallback';
    return toSignIn(origin, reason, call.cookies);
  }
  const client = {
    userAgent: request.headers.get('user-agent'),
    address: requestAddress(request.headers, deps.settings),
  };
  const answer = await runNextAuth(
    withoutSession(call),
    authOptions(deps, origin, client, fetcher),
  );
  if (call.action === 'callback') await endOldSession(deps, call, answer);
  return toResponse(call, answer);
}

async function readCall(
  deps: IdentityDeps,
  request: Request,
  path: string[],
  origin: string,
): Promise<AuthCall> {
  const [action, providerId = null, ...rest] = path;
  const method = request.method;
  const isProvider = signInChoices(deps.settings, deps.mail).some(
    (choice) => choice.id === providerId,
  );
  const isKnown =
    rest.length === 0 &&
    ((action === 'signin' && method === 'POST' && isProvider) ||
      (action === 'callback' && method === linkOr(providerId, 'POST', 'GET') && isProvider) ||
      (action === 'signout' && method === 'POST' && providerId === null));
  if (!isKnown) throw new HubError('resource.not_found');
  if (method === 'POST' && !isSameOrigin(request.headers, deps.settings)) {
    throw new HubError('request.origin_refused');
  }
  const form = method === 'POST' ? await readForm(request) : new URLSearchParams();
  if (action === 'callback' && providerId === 'email') {
    return linkCall(deps, form, readCookies(request.headers), origin);
  }
  return {
    action,
    providerId,
    method,
    query: action === 'callback' ? answerOf(new URL(request.url)) : {},
    body: action === 'callback' ? {} : askOf(action, providerId, form, origin),
    cookies: readCookies(request.headers),
    origin,
  };
}

const linkOr = <T>(providerId: string | null, link: T, other: T): T =>
  providerId === 'email' ? link : other;

function askOf(
  action: 'signin' | 'signout',
  providerId: string | null,
  form: URLSearchParams,
  origin: string,
): Record<string, string> {
  const callbackUrl = `${origin}${nextPath(action, form)}`;
  return providerId === 'email' ? { callbackUrl, email: form.get('email') ?? '' } : { callbackUrl };
}

const nextPath = (action: 'signin' | 'signout', form: URLSearchParams): string =>
  action === 'signout' ? '/sign-in' : safeReturnTo(form.get('return_to'));

/** Of the provider's answer only what OAuth knows; next-auth would pass anything on. */
function answerOf(url: URL): Record<string, string> {
  const known = ['code', 'state', 'iss', 'error', 'error_description'];
  return Object.fromEntries([...url.searchParams].filter(([name]) => known.includes(name)));
}

/** What arrives is counted: a length may be a lie, and a body in chunks names none. */
async function readForm(request: Request): Promise<URLSearchParams> {
  if (!request.body) return new URLSearchParams();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > formBytes) throw new HubError('request.too_large');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** next-auth would link a new account to an open session; signing out is what needs the cookie. */
function withoutSession(call: AuthCall): AuthCall {
  if (call.action === 'signout') return call;
  const { [sessionCookieName(call.origin)]: _, ...cookies } = call.cookies;
  return { ...call, cookies };
}

/** Signing in anew ends the session this browser had. */
async function endOldSession(deps: IdentityDeps, call: AuthCall, answer: AuthAnswer) {
  const name = sessionCookieName(call.origin);
  const old = call.cookies[name];
  const isSignedIn = answer.headers.getSetCookie().some((line) => line.startsWith(`${name}=`));
  if (old && isSignedIn) await deleteSessionByHash(deps.db, hashToken(old));
}

/** next-auth names errors at /api/auth/error and /api/auth/signin; our page shows them. */
function toResponse(call: AuthCall, answer: AuthAnswer): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const line of answer.headers.getSetCookie()) headers.append('set-cookie', line);
  if (answer.location === null) {
    throw new HubError('internal.unexpected', 'Sign-in gave no answer.');
  }
  const target = new URL(answer.location, call.origin);
  const isOurs = target.origin === call.origin;
  if (isOurs && target.pathname === '/api/auth/verify-request') {
    headers.set('location', '/sign-in?sent=1');
    return new Response(null, { status: 303, headers });
  }
  if (isOurs && target.pathname.startsWith('/api/auth/')) {
    return toSignIn(
      call.origin,
      target.searchParams.get('error') ?? 'Signin',
      call.cookies,
      headers,
    );
  }
  if (isOurs && target.pathname === '/sign-in') {
    return toSignIn(call.origin, target.searchParams.get('error'), call.cookies, headers);
  }
  if (!isOurs && call.method === 'POST') return leaveByPage(target.href, headers);
  headers.set('location', target.href);
  return new Response(null, { status: 303, headers });
}

function toSignIn(
  origin: string,
  error: string | null,
  cookies: Record<string, string>,
  headers = new Headers({ 'cache-control': 'no-store' }),
): Response {
  const prefix = origin.startsWith('https://') ? '__Secure-' : '';
  const wanted = cookies[`${prefix}next-auth.callback-url`];
  const returnTo = safeReturnTo(wanted?.startsWith(origin) ? wanted.slice(origin.length) : null);
  const query = new URLSearchParams();
  if (error) query.set('error', error);
  if (returnTo !== '/') query.set('return_to', returnTo);
  headers.set('location', query.size > 0 ? `/sign-in?${query}` : '/sign-in');
  return new Response(null, { status: 303, headers });
}

/**
 * A form's redirects are bound by `form-action 'self'`, so a provider elsewhere is reached by a
 * page that goes there by itself; without this, naming every provider in the policy would be needed.
 */
function leaveByPage(href: string, headers: Headers): Response {
  const safe = href.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
  headers.set('content-type', 'text/html; charset=utf-8');
  headers.set('content-security-policy', "default-src 'none'");
  headers.set('referrer-policy', 'no-referrer');
  return new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signing in</title>` +
      `<meta http-equiv="refresh" content="0;url=${safe}"><p><a href="${safe}">Continue to sign in</a></p></html>`,
    { headers },
  );
}
