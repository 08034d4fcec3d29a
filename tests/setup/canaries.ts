/**
 * Secrets that were planted and must turn up nowhere, looked for in every form in which they could be
 * written down by accident.
 */
export const encodings = {
  raw: (secret: string) => [secret],
  base64: (secret: string) => base64At(secret, 'base64'),
  base64url: (secret: string) => base64At(secret, 'base64url'),
  hex: (secret: string) => [Buffer.from(secret).toString('hex')],
  url: (secret: string) => [
    encodeURIComponent(secret),
    new URLSearchParams({ v: secret }).toString().slice(2),
  ],
  json: (secret: string) => [
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  ],
  reversed: (secret: string) => [Buffer.from(secret, 'latin1').reverse().toString('latin1')],
} as const;

/** Inside a longer text its bytes may begin at any of three places of a base64 group. */
function base64At(secret: string, form: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    const text = bytes.toString(form).replace(/=+$/, '');
    // The letters at both ends share their bits with the neighbours.
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}

export interface Place {
  name: string;
  text: string;
}

/** Without the escapes that rows and JSON put around quotes, however deeply one holds the other. */
const plain = (text: string): string =>
  text.toLowerCase().replaceAll('\\', '').replaceAll(/"{2,}/g, '"');

/** Where a secret was found, and in what form; the secret itself is named by its number. */
export function findLeaks(secrets: readonly string[], places: readonly Place[]): string[] {
  const forms = secrets.flatMap((secret, number) =>
    Object.entries(encodings).flatMap(([form, encode]) =>
      encode(secret).map((text) => ({ text: plain(text), form, number })),
    ),
  );
  const leaks = new Set<string>();
  for (const place of places) {
    const hay = plain(place.text);
    for (const { text, form, number } of forms) {
      if (hay.includes(text)) leaks.add(`${place.name}: secret ${number} as ${form}`);
    }
  }
  return [...leaks];
}
