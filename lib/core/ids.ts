/**
 * UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then chance, so that ids sort by creation and
 * index pages stay warm. Within one process a 12-bit counter keeps ids of one millisecond in order.
 */
let lastMs = 0;
let counter = 0;

/** Asked for by the page: each call to the system costs more than all the rest of an id. */
const chance = new Uint8Array(2_048);
const bytesOfId = 9;
let used = chance.length;

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Each byte is handed out once. */
function nextByte(): number {
  const byte = chance[used] ?? 0;
  used += 1;
  return byte;
}

const hexBytes = (count: number): string => {
  let text = '';
  for (let index = 0; index < count; index += 1) text += hexOf[nextByte()] ?? '';
  return text;
};

export function newId(nowMs: number = Date.now()): string {
  if (used + bytesOfId > chance.length) {
    crypto.getRandomValues(chance);
    used = 0;
  }
  const start = nextByte();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = (start << 3) & 0x7ff;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
  }
  const hexMs = lastMs.toString(16).padStart(12, '0');
  const hexCounter = counter.toString(16).padStart(3, '0');
  const variant = hexOf[(nextByte() & 0x3f) | 0x80] ?? '';
  return `${hexMs.slice(0, 8)}-${hexMs.slice(8)}-7${hexCounter}-${variant}${hexBytes(1)}-${hexBytes(6)}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => uuidPattern.test(text);
