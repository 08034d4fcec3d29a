/** A body for the viewer: JSON where it is some, a form's fields where it is one, else the text. */
export function parsePayload(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return /^[\w.~%+-]+=[^\s{]*$/.test(body) ? formFields(body) : body;
  }
}

function formFields(body: string): Record<string, string | string[]> {
  const fields = new URLSearchParams(body);
  return Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
