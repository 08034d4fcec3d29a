import { type NextRequest, NextResponse } from 'next/server';
import { pageEnv } from '#lib/env/index';

const publicPages = /^\/(?:sign-in(?:\/link)?|invitations\/[^/]+|connect\/error)$/;

/** Content policy and a redirect for guests. A convenience, never the guard: pages and routes check. */
export function middleware(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  const isGuest = !request.cookies.getAll().some(({ name }) => name.endsWith('patchbay.session'));
  if (isGuest && !publicPages.test(pathname)) {
    const to = request.nextUrl.clone();
    to.pathname = '/sign-in';
    to.search = pathname === '/' ? '' : `?${new URLSearchParams({ return_to: pathname + search })}`;
    return NextResponse.redirect(to);
  }
  const policy = contentPolicy(btoa(crypto.randomUUID()), request.headers.get('host') ?? '');
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy); // Next takes its nonce from here.
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('referrer-policy', 'same-origin');
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('cross-origin-opener-policy', 'same-origin');
  response.headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()');
  return response;
}

function contentPolicy(nonce: string, host: string): string {
  const { isDevelopment, supabase, sentry } = pageEnv();
  const own = `'self' 'nonce-${nonce}'`;
  const [evals, style] = isDevelopment ? [` 'unsafe-eval'`, `'self' 'unsafe-inline'`] : ['', own];
  return `default-src 'self'; script-src ${own}${evals} 'strict-dynamic'; style-src ${style}; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws://${host} wss://${host} ${supabase} ${supabase.replace(/^http/, 'ws')} ${sentry}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}

export const config = {
  runtime: 'nodejs',
  matcher: [
    '/((?!api/|sandbox/|_next/|rest/v1|realtime/v1|.*\\.(?:svg|png|ico|txt|webmanifest)$).*)',
  ],
};
