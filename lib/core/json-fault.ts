import type { ErrorCode } from './error-codes.ts';

/** The first thing in a JSON text that JSON.parse would let pass and we do not. */
export interface JsonFault {
  code: Extract<
    ErrorCode,
    'request.too_deep' | 'request.duplicate_key' | 'request.unstorable_text'
  >;
  detail: string;
}

const quote = 34;
const comma = 44;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/**
 * Reads a JSON text once, from left to right, without recursion: JSON.parse says nothing about
 * repeated keys (the last one wins, RFC 8259 §4 calls that unpredictable), and a deep value passes it
 * only to overflow the stack of whoever walks or stringifies it afterwards. Stops at the first fault.
 * It does not check the grammar; what is not JSON is left for JSON.parse to refuse.
 */
export function findJsonFault(text: string, maxDepth: number): JsonFault | null {
  // One entry per open value: the keys seen of an object, null for an array.
  const open: (Set<string> | null)[] = [];
  let awaitsKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at + 1);
      if (end === nulInString) {
        return {
          code: 'request.unstorable_text',
          detail: 'A text holds \\u0000, which PostgreSQL cannot store.',
        };
      }
      if (awaitsKey) {
        const keys = open.at(-1);
        const key = decoded(text.slice(at, end + 1));
        if (keys?.has(key)) {
          return {
            code: 'request.duplicate_key',
            detail: `The key ${JSON.stringify(key.slice(0, 60))} stands twice in one object.`,
          };
        }
        keys?.add(key);
        awaitsKey = false;
      }
      at = end;
    } else if (code === openBrace || code === openBracket) {
      if (open.length >= maxDepth) {
        return {
          code: 'request.too_deep',
          detail: `The body is nested deeper than ${maxDepth} levels.`,
        };
      }
      open.push(code === openBrace ? new Set() : null);
      awaitsKey = code === openBrace;
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
      awaitsKey = false;
    } else if (code === comma) {
      awaitsKey = open.at(-1) instanceof Set;
    }
  }
  return null;
}

const nulInString = -1;

/** Index of the closing quote (or the text's end), or `nulInString` when the string holds U+0000. */
function endOfString(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === 0) return nulInString;
    if (code === backslash) {
      if (text.startsWith('u0000', at + 1)) return nulInString;
      at += 1;
    }
  }
  return at;
}

/** Two spellings of one key are one key. What is no JSON string is compared as it stands. */
function decoded(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return literal;
    throw error;
  }
}
