import { safeReturnTo } from './return-to.ts';
import type { AuthCall } from './run-next-auth.ts';
import type { IdentityDeps } from './settings.ts';
import { readSignInLink } from './sign-in-link.ts';

/** To next-auth this is the opened link; to us it is a button pressed on a page of ours. */
export async function linkCall(
  deps: IdentityDeps,
  form: URLSearchParams,
  cookies: Record<string, string>,
  origin: string,
): Promise<AuthCall> {
  const token = form.get('token') ?? '';
  const link = await readSignInLink(deps, token);
  const callbackUrl = `${origin}${safeReturnTo(link?.returnTo)}`;
  return {
    action: 'callback',
    providerId: 'email',
    method: 'GET',
    // An unknown link is next-auth's to refuse: the token it is asked about is nobody's.
    query: { token: token || 'none', email: link?.email ?? 'nobody@invalid', callbackUrl },
    body: {},
    cookies,
    origin,
  };
}
