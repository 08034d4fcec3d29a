import { z } from 'zod';
import { type Json, limits } from '#lib/core/index';
import type { CacheTerms } from './cache-decision.ts';

/**
 * One kind of thing that may be cached: its schema is the only way in and out, so what a service
 * sends beside it stays out, and a value somebody put there by another way is not believed.
 */
export interface CacheTopic<T> extends CacheTerms {
  name: string;
  schema: z.ZodType<T>;
  /** Of its JSON. A larger value is answered and not kept. */
  maxBytes: number;
}

/** The longest any entry is kept; marks live longer than this. */
export const maxKeepMs = 86_400_000;
const maxValueBytes = 1_048_576;

/** Names under which services and rooms carry what must not lie in a cache. */
const secretName =
  /(token|secret|password|passwd|authorization|credential|cookie|api_?key|private_?key|verifier|signature)/i;

/** Throws for a topic that could hold a secret by its own words, or is not bounded. */
export function cacheTopic<T>(topic: CacheTopic<T>): CacheTopic<T> {
  const { name, freshMs, keepMs, maxBytes } = topic;
  if (!/^[a-z][a-z_]{0,39}$/.test(name)) throw new TypeError(`${name} is no name of a topic`);
  if (freshMs < 0 || keepMs < freshMs || keepMs > maxKeepMs || maxBytes > maxValueBytes) {
    throw new RangeError(`The topic ${name} is not bounded`);
  }
  const secret = findSecretName(z.toJSONSchema(topic.schema, { io: 'output' }));
  if (secret !== null) throw new TypeError(`The topic ${name} would cache ${secret}`);
  return topic;
}

/** JSON of a topic's value, or why it is not kept. */
export function writeValue<T>(topic: CacheTopic<T>, value: T): { text: string } | { no: string } {
  const parsed = topic.schema.safeParse(value);
  if (!parsed.success) return { no: 'it is not of its schema' };
  if (findSecretName(parsed.data) !== null) return { no: 'it may hold a secret' };
  const text = JSON.stringify(parsed.data);
  if (text === undefined) return { no: 'it is not JSON' };
  return Buffer.byteLength(text) > topic.maxBytes ? { no: 'it is too large' } : { text };
}

/** Null for what is not of the topic, whoever wrote it. */
export function readValue<T>(topic: CacheTopic<T>, text: string): { value: T } | null {
  if (Buffer.byteLength(text) > topic.maxBytes) return null;
  let found: Json;
  try {
    found = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  const parsed = topic.schema.safeParse(found);
  return parsed.success ? { value: parsed.data } : null;
}

/** The first property name that sounds like a secret; too deep a value counts as one. */
function findSecretName(value: unknown, depth = 0): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > limits.jsonDepth) return 'something too deep to look through';
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && secretName.test(name)) return name;
    const found = findSecretName(inner, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
