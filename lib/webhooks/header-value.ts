/** Header names in lower case; a header sent twice has two values. */
export type DistinctHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** The value of a header that stands once; sent twice it counts as not sent. */
export function singleHeader(headers: DistinctHeaders, name: string): string | null {
  const values = headers[name.toLowerCase()] ?? [];
  return values.length === 1 ? (values[0] ?? null) : null;
}
