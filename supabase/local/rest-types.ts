/**
 * Lite hands dates and numbers of top-level columns on as PostgreSQL writes them; hosted REST sends
 * JSON as PostgreSQL makes it (ISO 8601 with a T and a whole offset, numbers as numbers), and inside
 * embedded rows so does Lite. These parsers make the two alike.
 */
const asIs = (value: unknown): string => String(value);

const iso = (text: string): string =>
  text.replace(/^(\d+-\d\d-\d\d) /, '$1T').replace(/([+-]\d\d)$/, '$1:00');

/** Above 2^53 a number loses digits in any JavaScript client, hosted or not. */
const number = (text: string): number | string => {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
};

export const restTypes = {
  numeric: { to: 1700, from: [1700], serialize: asIs, parse: number },
  timestamp: { to: 1114, from: [1114], serialize: asIs, parse: iso },
  timestamptz: { to: 1184, from: [1184], serialize: asIs, parse: iso },
};
