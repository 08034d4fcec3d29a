import { HubError, isHubError } from '#lib/core/index';

/** A template is one message's worth of text. */
export const templateMaxChars = 4_000;
const tagsMax = 100;
const callsMax = 4;

/** What a value may be passed through, with how many arguments each takes. */
export const templateFunctions = {
  upper: 0,
  lower: 0,
  cut: 1,
  default: 1,
  join: 1,
  count: 0,
  date: 0,
  time: 0,
  link: 1,
} as const;
export type TemplateFunction = keyof typeof templateFunctions;

export type TemplateArgument = { text: string } | { path: readonly string[] };

export interface TemplateCall {
  name: TemplateFunction;
  args: readonly TemplateArgument[];
}

export type TemplatePart =
  | { kind: 'text'; text: string }
  | { kind: 'value'; path: readonly string[]; calls: readonly TemplateCall[] };

export type Template = readonly TemplatePart[];

/** What a path may begin with. A template sees these and nothing else. */
export const templateRoots = ['record', 'change', 'workspace', 'subscription', 'link'] as const;

const pathPattern = /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*){0,3}$/;
/** A word, a text in quotes, or the bar between calls. */
const tokenPattern = /\s*(?:"([^"\n]*)"|(\|)|([^\s|"]+))/y;

/**
 * Reads `{{record.title | cut 80}}` and the text around it. A template is data: it names values and
 * passes them through fixed functions, and can neither loop nor call anything. Throws
 * `request.invalid` with the place of the fault.
 */
export function parseTemplate(text: string): Template {
  if (text.length > templateMaxChars) {
    throw invalid(`is longer than ${templateMaxChars.toLocaleString('en')} characters`);
  }
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    const before = text.slice(at, open < 0 ? undefined : open);
    if (before) parts.push({ kind: 'text', text: before });
    if (open < 0) break;
    const close = text.indexOf('}}', open);
    if (close < 0) throw invalid(`has a {{ without its }} at character ${open + 1}`);
    parts.push(parseTag(text.slice(open + 2, close), open));
    if (parts.length > tagsMax * 2) throw invalid(`has more than ${tagsMax} values`);
    at = close + 2;
  }
  return parts;
}

/** What is wrong with a template; null when it can be read. */
export function faultOfTemplate(text: string): string | null {
  try {
    parseTemplate(text);
    return null;
  } catch (error) {
    if (isHubError(error)) return error.message;
    throw error;
  }
}

function parseTag(inside: string, at: number): TemplatePart {
  const [head, ...rest] = splitCalls(inside, at);
  const first = head?.[0];
  if (!head || !first || head.length !== 1 || !('word' in first)) {
    throw invalid(`has {{${inside}}}, which names no value, at character ${at + 1}`);
  }
  if (rest.length > callsMax) throw invalid(`has more than ${callsMax} functions in {{${inside}}}`);
  return { kind: 'value', path: readPath(first.word), calls: rest.map(readCall) };
}

type Token = { word: string } | { quoted: string };

/** The tokens between bars. */
function splitCalls(inside: string, at: number): Token[][] {
  const calls: Token[][] = [[]];
  tokenPattern.lastIndex = 0;
  while (inside.slice(tokenPattern.lastIndex).trim() !== '') {
    const match = tokenPattern.exec(inside);
    if (!match) throw invalid(`has {{${inside}}}, which cannot be read, at character ${at + 1}`);
    const [, quoted, bar, word] = match;
    if (bar) calls.push([]);
    else calls.at(-1)?.push(word === undefined ? { quoted: quoted ?? '' } : { word });
  }
  return calls;
}

function readCall(tokens: readonly Token[]): TemplateCall {
  const [head, ...args] = tokens;
  const name = head && 'word' in head ? head.word : '';
  if (!isFunction(name)) {
    throw invalid(
      `knows no function “${name}”; there are ${Object.keys(templateFunctions).join(', ')}`,
    );
  }
  if (args.length !== templateFunctions[name]) {
    throw invalid(`gives ${name} ${args.length} values; it takes ${templateFunctions[name]}`);
  }
  return { name, args: args.map((token) => readArgument(name, token)) };
}

const isFunction = (name: string): name is TemplateFunction =>
  Object.hasOwn(templateFunctions, name);

function readArgument(name: TemplateFunction, token: Token): TemplateArgument {
  if ('quoted' in token) return { text: token.quoted };
  if (name === 'cut') {
    if (/^[1-9]\d{0,3}$/.test(token.word)) return { text: token.word };
    throw invalid(`gives cut “${token.word}”, which is no number of characters`);
  }
  return { path: readPath(token.word) };
}

function readPath(word: string): readonly string[] {
  const path = word.split('.');
  if (!pathPattern.test(word) || !templateRoots.some((root) => root === path[0])) {
    throw invalid(
      `names “${word.slice(0, 60)}”; values begin with ${templateRoots.map((root) => `${root}.`).join(', ')}`,
    );
  }
  return path;
}

const invalid = (reason: string): HubError =>
  new HubError('request.invalid', `The template ${reason}.`, {
    details: { errors: [{ field: 'template', reason }] },
  });
