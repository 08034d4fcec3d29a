/**
 * UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then chance, so that ids sort by creation and
 * index pages stay warm. Within one process a 12-bit counter keeps ids of one millisecond in order.
 */
let lastMs = 0;
let counter = 0;

export function newId(nowMs: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = ((bytes[6] ?? 0) << 3) & 0x7ff;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
  }
  const hexMs = lastMs.toString(16).padStart(12, '0');
  const hexCounter = counter.toString(16).padStart(3, '0');
  const tail = [...bytes.subarray(8)].map((byte, index) => {
    const value = index === 0 ? (byte & 0x3f) | 0x80 : byte;
    return value.toString(16).padStart(2, '0');
  });
  return `${hexMs.slice(0, 8)}-${hexMs.slice(8)}-7${hexCounter}-${tail.slice(0, 2).join('')}-${tail.slice(2).join('')}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => uuidPattern.test(text);
