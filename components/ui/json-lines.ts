/** Deeper than this is shown as one closed line; nobody reads it, and the stack stays small. */
const depthMax = 100;
/** Beyond this many visible lines the rest is counted and not drawn. */
const linesMax = 2000;
/** A search looks at this many values, then says that it stopped. */
const visitsMax = 20_000;

export interface JsonLine {
  /** JSON Pointer (RFC 6901); the root is the empty string. */
  path: string;
  depth: number;
  key: string | null;
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'close';
  /** The value as JSON, or the bracket. */
  text: string;
  /** Entries inside, for objects and arrays. */
  size: number;
  open: boolean;
}

export interface JsonLines {
  lines: JsonLine[];
  /** True when lines were left out. */
  truncated: boolean;
}

function kindOf(value: unknown): Exclude<JsonLine['kind'], 'close'> {
  if (Array.isArray(value)) return 'array';
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number' || typeof value === 'boolean') {
    return typeof value === 'number' ? 'number' : 'boolean';
  }
  return 'string';
}

function entriesOf(value: unknown): [string, unknown][] {
  return value !== null && typeof value === 'object' ? Object.entries(value) : [];
}

function pointer(path: string, key: string): string {
  return `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function scalarText(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** The lines on screen, given which paths are open. */
export function toJsonLines(root: unknown, isOpen: (path: string, depth: number) => boolean) {
  const result: JsonLines = { lines: [], truncated: false };

  function visit(value: unknown, path: string, key: string | null, depth: number) {
    if (result.lines.length >= linesMax) {
      result.truncated = true;
      return;
    }
    const kind = kindOf(value);
    if (kind !== 'object' && kind !== 'array') {
      result.lines.push({ path, depth, key, kind, text: scalarText(value), size: 0, open: false });
      return;
    }
    const entries = entriesOf(value);
    const open = entries.length > 0 && depth < depthMax && isOpen(path, depth);
    const [left, right] = kind === 'array' ? ['[', ']'] : ['{', '}'];
    const text = entries.length === 0 ? `${left}${right}` : left;
    result.lines.push({ path, depth, key, kind, text, size: entries.length, open });
    if (!open) return;
    for (const [name, child] of entries) {
      visit(child, pointer(path, name), kind === 'array' ? null : name, depth + 1);
    }
    result.lines.push({ path, depth, key: null, kind: 'close', text: right, size: 0, open: false });
  }

  visit(root, '', null, 0);
  return result;
}

export interface JsonSearch {
  /** Paths whose key or value contains the words, in order. */
  matches: string[];
  /** Everything above them, to be opened. */
  ancestors: Set<string>;
  stopped: boolean;
}

/** Looks for text in keys and values, whatever their case. */
export function searchJson(root: unknown, words: string): JsonSearch {
  const needle = words.trim().toLowerCase();
  const result: JsonSearch = { matches: [], ancestors: new Set(), stopped: false };
  if (!needle) return result;
  const stack: { value: unknown; path: string; key: string; above: string[] }[] = [
    { value: root, path: '', key: '', above: [] },
  ];
  for (let visits = 0; stack.length > 0; visits += 1) {
    const here = stack.pop();
    if (!here) break;
    if (visits >= visitsMax) {
      result.stopped = true;
      break;
    }
    const entries = entriesOf(here.value);
    const text = entries.length > 0 ? here.key : `${here.key} ${scalarText(here.value)}`;
    if (text.toLowerCase().includes(needle)) {
      result.matches.push(here.path);
      for (const path of here.above) result.ancestors.add(path);
    }
    if (here.above.length >= depthMax) continue;
    const above = [...here.above, here.path];
    for (const [name, value] of entries.reverse()) {
      const key = Array.isArray(here.value) ? '' : name;
      stack.push({ value, path: pointer(here.path, name), key, above });
    }
  }
  return result;
}
