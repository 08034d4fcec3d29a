import { randomBytes } from 'node:crypto';
import { hashOf, type SlackWorld, type TokenRow } from './world.ts';

export interface IssuedToken {
  access_token: string;
  refresh_token?: string;
  expires_in?: number;
}

/** A bot token; with rotation it ends after twelve hours and comes with a refresh token. */
export function issueToken(
  world: SlackWorld,
  clientId: string,
  scopes: string[],
  rotates: boolean,
): IssuedToken {
  const chance = randomBytes(24).toString('hex');
  const access = rotates ? `xoxe.xoxb-1-${chance}` : `xoxb-${chance}`;
  const refresh = rotates ? `xoxe-1-${randomBytes(32).toString('hex')}` : null;
  const { accessSeconds } = world.settings;
  world.tables.tokens.insert({
    hash: hashOf(access),
    clientId,
    scopes,
    endsMs: rotates ? world.clock.now() + accessSeconds * 1_000 : null,
    refreshHash: refresh === null ? null : hashOf(refresh),
    revoked: false,
  });
  return {
    access_token: access,
    ...(refresh === null ? {} : { refresh_token: refresh, expires_in: accessSeconds }),
  };
}

/** The error that Slack names, or the token. */
export function findToken(world: SlackWorld, secret: string): TokenRow | string {
  if (secret === '') return 'not_authed';
  const token = world.tables.tokens.findOneBy('hash', hashOf(secret));
  if (!token) return 'invalid_auth';
  if (token.revoked) return 'token_revoked';
  if (token.endsMs !== null && token.endsMs <= world.clock.now()) return 'token_expired';
  return token;
}
