export type Naming = 'url' | 'external_key' | 'external_id';

/** What a text most likely is: an address, a number or key people say, or else an id. Pure. */
export function guessName(text: string): Naming {
  const name = text.trim();
  if (/^https?:\/\//i.test(name)) return 'url';
  return /^#?\d{1,9}$/.test(name) || /^[A-Za-z]{1,12}-\d+$/.test(name)
    ? 'external_key'
    : 'external_id';
}
