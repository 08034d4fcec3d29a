/**
 * Phoenix channels, serializer vsn 2.0.0, as supabase-js speaks it: text frames are JSON arrays
 * [join_ref, ref, topic, event, payload]; binary frames exist in two kinds, 3 from the client and
 * 4 to it. The client decodes no other binary kind.
 * https://github.com/supabase/supabase-js/blob/master/packages/core/realtime-js/src/lib/serializer.ts
 * https://github.com/supabase/realtime/blob/main/lib/realtime_web/socket/v2_serializer.ex
 */
import { z } from 'zod';
import { realtimeLimits } from './limits.ts';

export interface Frame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

export const topicPrefix = 'realtime:';

const userBroadcastPush = 3;
const userBroadcast = 4;
const jsonEncoding = 1;

const textFrame = z.tuple([
  z.string().max(255).nullable(),
  z.string().max(255).nullable(),
  z.string().max(1_024),
  z.string().max(255),
  z.unknown(),
]);

/** A frame from a client, or nothing if it is malformed. */
export function parseFrame(data: Buffer, isBinary: boolean): Frame | undefined {
  if (isBinary) return parsePush(data);
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = textFrame.safeParse(value);
  if (!parsed.success) return undefined;
  const [joinRef, ref, topic, event, payload] = parsed.data;
  return { joinRef, ref, topic, event, payload };
}

/** Kind 3: kind, five lengths, encoding, then join_ref, ref, topic, event, meta, payload. */
function parsePush(data: Buffer): Frame | undefined {
  if (data.length < 7 || data[0] !== userBroadcastPush) return undefined;
  const lengths = [...data.subarray(1, 6)];
  if (data.length < 7 + lengths.reduce((sum, length) => sum + length, 0)) return undefined;
  let offset = 7;
  const [joinRef = '', ref = '', topic = '', event = ''] = lengths.map((length) => {
    const text = data.toString('utf8', offset, offset + length);
    offset += length;
    return text;
  });
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: 'broadcast',
    payload: { type: 'broadcast', event },
  };
}

export function encodeFrame(frame: Frame): string {
  return JSON.stringify([frame.joinRef, frame.ref, frame.topic, frame.event, frame.payload]);
}

/** Kind 4, or nothing if a name does not fit its length byte. `payload` is JSON text. */
export function encodeBroadcast(message: {
  topic: string;
  event: string;
  meta: string;
  payload: string;
}): Buffer | undefined {
  const topic = Buffer.from(topicPrefix + message.topic);
  const event = Buffer.from(message.event);
  const meta = Buffer.from(message.meta);
  if ([topic, event, meta].some((part) => part.length > realtimeLimits.nameBytes)) return undefined;
  const header = Buffer.from([
    userBroadcast,
    topic.length,
    event.length,
    meta.length,
    jsonEncoding,
  ]);
  return Buffer.concat([header, topic, event, meta, Buffer.from(message.payload)]);
}
