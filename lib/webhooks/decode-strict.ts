/**
 * Node's decoders skip what they do not know, so that many texts stand for the same bytes. Here a text
 * is either the one way to write its bytes, or nothing.
 */

/** Lower case only: it is how every service writes it. */
export const readHex = (text: string): Buffer | null =>
  text.length % 2 === 0 && /^[0-9a-f]+$/.test(text) ? Buffer.from(text, 'hex') : null;

/** With padding, and not the alphabet for addresses (RFC 4648 §4). */
export function readBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}
