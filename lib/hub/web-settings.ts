import type { WebEnv } from '#lib/env/index';
import type { IdentitySettings } from '#lib/identity/index';

/** A provider counts only when it is whole. */
const pair = (clientId: string | undefined, clientSecret: string | undefined) =>
  clientId && clientSecret ? { clientId, clientSecret } : null;

/** The settings of the web process in identity's words. */
export function identitySettings(env: WebEnv): IdentitySettings {
  const oidc = pair(env.AUTH_OIDC_ID, env.AUTH_OIDC_SECRET);
  const sandbox = pair(env.SANDBOX_SIGN_IN_CLIENT_ID, env.SANDBOX_SIGN_IN_CLIENT_SECRET);
  return {
    secret: env.NEXTAUTH_SECRET,
    publicUrl: env.PUBLIC_URL ?? null,
    gatewayToken: env.GATEWAY_TOKEN ?? null,
    signUpDomains: env.SIGNUP_DOMAINS,
    github: pair(env.AUTH_GITHUB_ID, env.AUTH_GITHUB_SECRET),
    oidc:
      oidc && env.AUTH_OIDC_ISSUER
        ? { ...oidc, issuer: env.AUTH_OIDC_ISSUER, name: env.AUTH_OIDC_NAME }
        : null,
    sandbox: sandbox && env.SANDBOX_URL ? { ...sandbox, url: env.SANDBOX_URL } : null,
    realtime: {
      jwtSecret: env.SUPABASE_JWT_SECRET,
      publicUrl: env.SUPABASE_PUBLIC_URL ?? null,
      publishableKey: env.SUPABASE_PUBLISHABLE_KEY,
    },
  };
}
