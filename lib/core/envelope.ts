import { z } from 'zod';
import type { Clock } from './clock.ts';
import { newId } from './ids.ts';

const name = z.string().regex(/^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)*$/, 'is no dotted name');

/** Of all headers of one envelope together; they travel with every job. */
const headersMax = 16;

/**
 * What stands on everything that one part of the hub tells another: a job, an event, a command, and
 * the answer to one. It says what it is, who said it and what it follows from; never a secret.
 */
export const envelopeSchema = z.strictObject({
  id: z.uuid(),
  /** `room.happened`: what `data` is shaped by, together with `version`. */
  type: name.max(80),
  version: z.int().min(1).max(1_000),
  /** The room or process that says it. */
  source: name.max(80),
  at: z.iso.datetime(),
  /** The same on everything that follows from one cause: the first message's own id. */
  correlation: z.uuid(),
  /** The message this one follows from; null for the first. */
  causation: z.uuid().nullable(),
  /** Where an answer is waited for. */
  reply_to: name.max(80).nullable(),
  headers: z
    .record(name.max(80), z.string().max(400))
    .refine((headers) => Object.keys(headers).length <= headersMax, 'has too many headers'),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export interface EnvelopeParts {
  type: string;
  version: number;
  source: string;
  /** What it follows from: its correlation goes on. */
  cause?: Pick<Envelope, 'id' | 'correlation'> | undefined;
  replyTo?: string | undefined;
  headers?: Record<string, string> | undefined;
}

export function newEnvelope(clock: Pick<Clock, 'now'>, parts: EnvelopeParts): Envelope {
  const id = newId(clock.now());
  return {
    id,
    type: parts.type,
    version: parts.version,
    source: parts.source,
    at: new Date(clock.now()).toISOString(),
    correlation: parts.cause?.correlation ?? id,
    causation: parts.cause?.id ?? null,
    reply_to: parts.replyTo ?? null,
    headers: parts.headers ?? {},
  };
}
