/** A place of a request that holds a text, as the OpenAPI document tells it. */
export interface TextField {
  operation: string;
  in: 'path' | 'query' | 'body';
  path: readonly string[];
}

type Schema = Record<string, unknown>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemas = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : []);

/** Deeper texts are reached by their neighbours' names already. */
const maxDepth = 6;

/** Every text field of every operation of an OpenAPI document: parameters, queries, bodies. */
export function textFieldsOf(document: Record<string, unknown>): TextField[] {
  const found: TextField[] = [];
  for (const methods of Object.values(
    document['paths'] as Record<string, Record<string, Schema>>,
  )) {
    for (const operation of Object.values(methods)) {
      const name = String(operation['operationId']);
      for (const parameter of schemas(operation['parameters'])) {
        const where = parameter['in'];
        if (where !== 'path' && where !== 'query') continue;
        found.push({ operation: name, in: where, path: [String(parameter['name'])] });
      }
      const body = operation['requestBody'] as { content?: Record<string, Schema> } | undefined;
      const schema = body?.content?.['application/json']?.['schema'];
      const paths = new Map<string, string[]>();
      if (isSchema(schema)) walk(document, schema, [], (path) => paths.set(path.join('.'), path));
      for (const path of paths.values()) found.push({ operation: name, in: 'body', path });
    }
  }
  return found;
}

function walk(
  document: Schema,
  schema: Schema,
  path: string[],
  add: (path: string[]) => void,
): void {
  if (path.length > maxDepth) return;
  const into = (next: unknown, ...names: string[]): void => {
    if (isSchema(next)) walk(document, next, [...path, ...names], add);
  };
  if (typeof schema['$ref'] === 'string') into(resolved(document, schema['$ref']));
  for (const word of ['anyOf', 'oneOf', 'allOf'])
    for (const one of schemas(schema[word])) into(one);
  const types = [schema['type']].flat();
  if (types.includes('string')) add(path);
  for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Schema)) {
    into(property, name);
  }
  into(schema['items'], '0');
  into(schema['additionalProperties'], 'naughty');
}

const resolved = (document: Schema, ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (isSchema(at) ? at[name] : undefined), document);

/** A request with another text at that place; everything else stays right. */
export async function withText(
  sample: Request,
  template: string,
  field: TextField,
  text: string,
): Promise<Request> {
  const url = new URL(sample.url);
  const [name = ''] = field.path;
  if (field.in === 'query') url.searchParams.set(name, text);
  if (field.in === 'path') {
    const at = `/api/v1${template}`.split('/').indexOf(`{${name}}`);
    const parts = url.pathname.split('/');
    parts[at] = escaped(text);
    url.pathname = parts.join('/');
  }
  const sent = await sample.text();
  const body = field.in === 'body' ? JSON.stringify(placed(read(sent), field.path, text)) : sent;
  return new Request(url, {
    method: sample.method,
    headers: sample.headers,
    ...(body === '' ? {} : { body }),
  });
}

/** Halves of characters have no escape in an address. */
const escaped = (text: string): string => encodeURIComponent(text.toWellFormed());
const read = (text: string): unknown => (text === '' ? {} : (JSON.parse(text) as unknown));

function placed(value: unknown, [name, ...rest]: readonly string[], text: string): unknown {
  if (name === undefined) return text;
  if (name === '0') return [placed(Array.isArray(value) ? value[0] : undefined, rest, text)];
  const present = isSchema(value) ? value : {};
  return { ...present, [name]: placed(present[name], rest, text) };
}
