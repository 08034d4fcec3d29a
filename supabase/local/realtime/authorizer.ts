import { randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import postgres from 'postgres';

export type Verdict =
  /** `expiresAt` is in milliseconds since the epoch. */
  | { outcome: 'granted'; expiresAt: number }
  | { outcome: 'refused'; reason: string }
  /** The database could not be asked. */
  | { outcome: 'unavailable'; reason: string };

export interface Authorizer {
  authorize(token: string | undefined, topic: string): Promise<Verdict>;
  close(): Promise<void>;
}

const poolSize = 4;

/** Undoes the probe; never leaves this file. */
class Rollback extends Error {}

/**
 * Decides who may listen, as hosted Realtime does: the token's signature and age here, everything
 * else by the policies on realtime.messages. A probe row of the topic is put in, and if the bearer
 * can see it they may join; the transaction is rolled back.
 * https://github.com/supabase/realtime/blob/main/lib/realtime/tenants/authorization.ex
 */
export function createAuthorizer(options: { url: string; jwtSecret: string }): Authorizer {
  const secret = new TextEncoder().encode(options.jwtSecret);
  const sql = postgres(options.url, {
    max: poolSize,
    connect_timeout: 5,
    onnotice: () => undefined,
    connection: { application_name: 'realtime-authorize' },
  });
  return {
    authorize: async (token, topic) => {
      const claims = await verify(token, secret, topic);
      if (typeof claims === 'string') return { outcome: 'refused', reason: claims };
      try {
        const readable = await mayRead(sql, claims, topic);
        return readable
          ? { outcome: 'granted', expiresAt: (claims.exp ?? 0) * 1_000 }
          : { outcome: 'refused', reason: unauthorized(topic) };
      } catch (error) {
        return fromDatabase(error, topic);
      }
    },
    close: () => sql.end({ timeout: 2 }),
  };
}

const unauthorized = (topic: string): string =>
  `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;

/** The claims, or the reason for refusing them. */
async function verify(
  token: string | undefined,
  secret: Uint8Array,
  topic: string,
): Promise<JWTPayload | string> {
  // Without a token hosted Realtime takes the API key's role, which is anon and may read nothing.
  if (token === undefined || token.startsWith('sb_')) return unauthorized(topic);
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'role'],
    });
    // Anonymous tokens may hear nothing here, and no token may name one of our own roles.
    return payload['role'] === 'authenticated' ? payload : unauthorized(topic);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'InvalidJWTToken: Token has expired';
    if (error instanceof errors.JWTClaimValidationFailed) {
      return 'InvalidJWTToken: Fields `role` and `exp` are required in JWT';
    }
    return 'InvalidJWTToken: The token is malformed or its signature is wrong';
  }
}

async function mayRead(sql: postgres.Sql, claims: JWTPayload, topic: string): Promise<boolean> {
  const probe = randomUUID();
  let readable = false;
  const transaction = sql.begin(async (work) => {
    await work`
      insert into realtime.messages (id, topic, extension, private, payload)
      values (${probe}, ${topic}, 'broadcast', true, '{}')`;
    await work`
      select set_config('realtime.topic', ${topic}, true),
        set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
        set_config('request.jwt.claim.sub', ${claims.sub ?? ''}, true),
        set_config('request.jwt.claim.role', 'authenticated', true),
        set_config('request.headers', '{}', true),
        set_config('role', 'authenticated', true)`;
    const rows = await work`select 1 from realtime.messages where id = ${probe}`;
    readable = rows.length === 1;
    throw new Rollback();
  });
  await transaction.catch((error: unknown) => {
    if (!(error instanceof Rollback)) throw error;
  });
  return readable;
}

/** What a policy or a claim raised is a refusal (classes 22, 42, P0); all else is the database's trouble. */
function fromDatabase(error: unknown, topic: string): Verdict {
  const code = error instanceof postgres.PostgresError ? error.code : '';
  if (['22', '42', 'P0'].includes(code.slice(0, 2))) {
    return { outcome: 'refused', reason: unauthorized(topic) };
  }
  return {
    outcome: 'unavailable',
    reason: 'UnableToConnectToProject: Realtime was unable to connect to the project database',
  };
}
