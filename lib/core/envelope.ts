import { z } from 'zod';
import type { Clock } from './clock.ts';
import { newId } from './ids.ts';

/** `room.thing` or `room.thing.happened`. */
const typePattern = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
const nameChars = 120;
const headerChars = 400;
const headersAtMost = 20;

/**
 * What stands around every job, command and event, whatever it is about. `correlation` is the id of
 * what began the whole chain and is the same on everything that follows from it; `causation` is the
 * id of the one before. `at` is when it was made. Headers hold words, never a secret.
 */
export const envelopeSchema = z.strictObject({
  id: z.uuid(),
  type: z.string().max(nameChars).regex(typePattern),
  version: z.int().min(1),
  source: z.string().min(1).max(nameChars),
  at: z.iso.datetime(),
  correlation: z.uuid(),
  causation: z.uuid().nullable(),
  reply_to: z.string().min(1).max(nameChars).nullable(),
  headers: z
    .record(z.string().max(nameChars), z.string().max(headerChars))
    .refine((headers) => Object.keys(headers).length <= headersAtMost, {
      error: `has more than ${headersAtMost} entries`,
    }),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export interface EnvelopeParts {
  type: string;
  source: string;
  version?: number;
  /** Given where the thing has an id of its own. */
  id?: string;
  /** What this follows from: its correlation goes on, its id becomes the causation. */
  cause?: Pick<Envelope, 'id' | 'correlation'> | undefined;
  /** Of the chain, where it is known otherwise than by a cause. */
  correlation?: string | undefined;
  replyTo?: string | undefined;
  headers?: Record<string, string>;
}

/** A new one. Without a cause it begins a chain of its own. */
export function makeEnvelope(clock: Pick<Clock, 'now'>, parts: EnvelopeParts): Envelope {
  const id = parts.id ?? newId(clock.now());
  return {
    id,
    type: parts.type,
    version: parts.version ?? 1,
    source: parts.source,
    at: new Date(clock.now()).toISOString(),
    correlation: parts.cause?.correlation ?? parts.correlation ?? id,
    causation: parts.cause?.id ?? null,
    reply_to: parts.replyTo ?? null,
    headers: parts.headers ?? {},
  };
}
