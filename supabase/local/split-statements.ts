/**
 * Splits a migration at its top-level semicolons, the way the Supabase CLI stores it in
 * schema_migrations.statements: quotes, dollar quotes, comments and BEGIN ATOMIC bodies are opaque,
 * comments stay with the statement they precede, the semicolon goes.
 * https://github.com/supabase/cli/tree/main/pkg/parser
 */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let atomicDepth = 0;
  let position = 0;
  const push = (end: number): void => {
    const statement = text.slice(start, end).trim();
    if (statement !== '') statements.push(statement);
  };
  while (position < text.length) {
    const opaque = opaqueEnd(text, position);
    if (opaque > position) {
      position = opaque;
      continue;
    }
    const word = wordAt(text, position);
    if (word !== '') {
      atomicDepth = nextDepth(atomicDepth, word, text, position);
      position += word.length;
      continue;
    }
    if (text[position] === ';' && atomicDepth === 0) {
      push(position);
      start = position + 1;
    }
    position += 1;
  }
  push(text.length);
  return statements;
}

/** Inside BEGIN ATOMIC only CASE … END nests. */
function nextDepth(depth: number, word: string, text: string, position: number): number {
  const lower = word.toLowerCase();
  if (depth === 0) {
    return lower === 'begin' && /^\s+atomic\b/i.test(text.slice(position + word.length)) ? 1 : 0;
  }
  if (lower === 'case') return depth + 1;
  return lower === 'end' ? depth - 1 : depth;
}

function wordAt(text: string, position: number): string {
  const pattern = /[A-Za-z_][\w$]*/y;
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? '';
}

/** The end of the quoted text or comment that begins here, or `position` if none does. */
function opaqueEnd(text: string, position: number): number {
  const two = text.slice(position, position + 2);
  if (two === '--') return endOrAll(text, text.indexOf('\n', position), 1);
  if (two === '/*') return blockCommentEnd(text, position);
  const first = text[position];
  if (first === "'") return quoteEnd(text, position, "'", /[eE]$/.test(text.slice(0, position)));
  if (first === '"') return quoteEnd(text, position, '"', false);
  if (first === '$') {
    const pattern = /\$(?:[A-Za-z_]\w*)?\$/y;
    pattern.lastIndex = position;
    const tag = pattern.exec(text)?.[0];
    if (tag !== undefined)
      return endOrAll(text, text.indexOf(tag, position + tag.length), tag.length);
  }
  return position;
}

const endOrAll = (text: string, found: number, length: number): number =>
  found < 0 ? text.length : found + length;

function quoteEnd(text: string, position: number, quote: string, escapes: boolean): number {
  for (let at = position + 1; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === quote && text[at + 1] === quote) at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function blockCommentEnd(text: string, position: number): number {
  let depth = 0;
  for (let at = position; at < text.length - 1; at += 1) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth += 1;
    if (two === '*/') depth -= 1;
    if (two === '/*' || two === '*/') at += 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
