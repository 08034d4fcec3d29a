import type { JsonObject } from '#lib/core/index';
import type { Template, TemplateArgument, TemplateCall } from './template.ts';

/** How a place writes what stands in values, so that nothing in them is read as its mark-up. */
export interface TemplateMedium {
  escape(text: string): string;
  /** A link; `url` is an address of the web. */
  link(url: string, label: string): string;
  maxChars: number;
}

/** Slack reads three characters as mark-up: https://docs.slack.dev/messaging/formatting-message-text */
const slackEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const slackEscape = (text: string): string =>
  text.replace(/[&<>]/g, (character) => slackEscapes[character] ?? '');

export const slackMedium: TemplateMedium = {
  escape: slackEscape,
  // A bar or a bracket would end the address early.
  link: (url, label) =>
    `<${slackEscape(url).replaceAll('|', '%7C')}|${slackEscape(label).replaceAll('|', '¦')}>`,
  // Slack advises 4,000 and cuts at 40,000: https://docs.slack.dev/reference/methods/chat.postMessage
  maxChars: 3_900,
};

/** Plain text; the mail room escapes what becomes HTML. */
export const textMedium: TemplateMedium = {
  escape: (text) => text,
  link: (url, label) => (label === url ? url : `${label} (${url})`),
  maxChars: 4_000,
};

/** The values a template may name: plain data, by root. */
export type TemplateValues = Readonly<Record<string, JsonObject>>;

type Value =
  | { kind: 'nothing' }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'link'; url: string; label: string };

const nothing: Value = { kind: 'nothing' };
const listSeparator = ', ';

/** Fills in the values. Nothing throws: what is not there is left out. */
export function renderTemplate(
  template: Template,
  values: TemplateValues,
  medium: TemplateMedium,
): string {
  let text = '';
  for (const part of template) {
    if (part.kind === 'text') text += part.text;
    else {
      const value = part.calls.reduce(
        (found, call) => passThrough(call, found, values),
        lookUp(values, part.path),
      );
      text += writeValue(value, medium, medium.maxChars - text.length);
    }
    if (text.length >= medium.maxChars) return cutText(text, medium.maxChars);
  }
  return text;
}

/** A value that does not fit is cut before it is escaped: no escape and no link is cut in the middle. */
function writeValue(value: Value, medium: TemplateMedium, roomChars: number): string {
  if (value.kind === 'link') {
    const written = medium.link(value.url, value.label);
    return written.length <= roomChars ? written : '…';
  }
  const text = textOf(value);
  let chars = Math.min(text.length, roomChars);
  while (chars > 0) {
    const written = medium.escape(cutText(text, chars));
    if (written.length <= roomChars) return written;
    // Each character left out makes it shorter by at least one.
    chars -= written.length - roomChars;
  }
  return '';
}

function textOf(value: Value): string {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'list') return value.items.join(listSeparator);
  return value.kind === 'link' ? value.label : '';
}

function lookUp(values: TemplateValues, path: readonly string[]): Value {
  let found: unknown = values;
  for (const name of path) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, name)) return nothing;
    found = Reflect.get(found, name);
  }
  return toValue(found);
}

function toValue(found: unknown): Value {
  if (Array.isArray(found)) return { kind: 'list', items: found.map(itemText).filter(Boolean) };
  const text = itemText(found);
  return text === '' ? nothing : { kind: 'text', text };
}

/** People and other shapes are shown by their name; what has none is not shown. */
function itemText(found: unknown): string {
  if (typeof found === 'string') return found;
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  if (found === null || typeof found !== 'object') return '';
  for (const name of ['name', 'title', 'id']) {
    const shown: unknown = Object.hasOwn(found, name) ? Reflect.get(found, name) : undefined;
    if (typeof shown === 'string') return shown;
  }
  return '';
}

function passThrough(call: TemplateCall, value: Value, values: TemplateValues): Value {
  const arg = call.args[0];
  if (call.name === 'default') return value.kind === 'nothing' ? argument(arg, values) : value;
  if (call.name === 'count') {
    const size = value.kind === 'list' ? value.items.length : Number(value.kind !== 'nothing');
    return { kind: 'text', text: String(size) };
  }
  if (value.kind === 'nothing') return value;
  const text = textOf(value);
  switch (call.name) {
    case 'upper':
      return { kind: 'text', text: text.toUpperCase() };
    case 'lower':
      return { kind: 'text', text: text.toLowerCase() };
    case 'cut':
      return { kind: 'text', text: cutText(text, Number(textOf(argument(arg, values)))) };
    case 'join':
      return {
        kind: 'text',
        text: value.kind === 'list' ? value.items.join(textOf(argument(arg, values))) : text,
      };
    case 'date':
      return { kind: 'text', text: momentText(text, 10) };
    case 'time':
      return { kind: 'text', text: momentText(text, 16) };
    case 'link':
      return linkTo(text, textOf(argument(arg, values)));
  }
}

const argument = (arg: TemplateArgument | undefined, values: TemplateValues): Value => {
  if (!arg) return nothing;
  return 'text' in arg ? { kind: 'text', text: arg.text } : lookUp(values, arg.path);
};

/** Only an address of the web becomes a link; of anything else the label alone is shown. */
function linkTo(text: string, label: string): Value {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { kind: 'text', text: label || text };
  }
  return { kind: 'link', url: url.href, label: label || url.href };
}

/** UTC, in the order that sorts; what is no time stays as it is. */
function momentText(text: string, chars: number): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return text;
  const iso = new Date(ms).toISOString().slice(0, chars).replace('T', ' ');
  return chars > 10 ? `${iso} UTC` : iso;
}

/** By characters as people count them, never through the middle of one. */
function cutText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const kept = text.slice(0, Math.max(1, chars - 1));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
