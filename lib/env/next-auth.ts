/**
 * next-auth 4 takes its origin from NEXTAUTH_URL, or from the host header it is given when
 * AUTH_TRUST_HOST is set, and reads both from process.env on each request. Ours is worked out and
 * checked per request by identity, which hands it on in that header.
 */
export function letNextAuthTakeOurOrigin(): void {
  delete process.env['NEXTAUTH_URL'];
  process.env['AUTH_TRUST_HOST'] = '1';
}
