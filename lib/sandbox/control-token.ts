import { timingSafeEqual } from 'node:crypto';
import { hashSecret } from './tokens.ts';

/** The switches turn for whoever brings the token this sandbox was started with. */
export function holdsControlToken(request: Request, controlToken: string): boolean {
  const given = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  return timingSafeEqual(Buffer.from(hashSecret(given)), Buffer.from(hashSecret(controlToken)));
}
