import { SignJWT } from 'jose';
import type { Session } from './read-session.ts';
import type { RealtimeToken } from './schema.ts';
import { bounds, type IdentityDeps } from './settings.ts';

/**
 * What supabase-js needs to listen to one workspace: a token that reads, for five minutes, what the
 * bearer's session may read (its `session_id` claim is what ends it early), and the topic of the
 * present epoch. https://supabase.com/docs/guides/auth/jwt-fields
 */
export async function issueRealtimeToken(
  deps: Pick<IdentityDeps, 'settings' | 'clock'>,
  session: Pick<Session, 'userId' | 'sessionId'>,
  at: { topic: string; position: number; origin: string },
): Promise<RealtimeToken> {
  const { realtime } = deps.settings;
  const issued = Math.floor(deps.clock.now() / 1000);
  const expires = issued + bounds.realtimeTokenSeconds;
  const token = await new SignJWT({ session_id: session.sessionId, role: 'authenticated' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(session.userId)
    .setAudience('authenticated')
    .setIssuedAt(issued)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(realtime.jwtSecret));
  return {
    token,
    expires_at: new Date(expires * 1000).toISOString(),
    url: realtime.publicUrl ?? at.origin,
    key: realtime.publishableKey,
    topic: at.topic,
    position: at.position,
  };
}
