/** What stands where a secret was. */
export const redactedText = '••••••••';

/** Deeper than this nothing is shown (json-lines.ts), and nothing is copied. */
const depthMax = 100;

/** Names under which services send what opens something. Whole words, so that `tokens_used` stays. */
const secretName =
  /^(?:x[-_])?(?:(?:access|refresh|id|auth|bearer|api|session|csrf|verification|private|signing|client|webhook)[-_]?)*(?:token|secret|password|passwd|passphrase|authorization|cookie|signature|credentials?|(?:api|private|signing|secret)[-_]?key)$/i;

/** Texts that name themselves: tokens of services, JSON Web Tokens, PEM keys. */
const secretText =
  /^(?:gh[pousr]_|github_pat_|xox[a-z]-|xapp-|[sr]k_(?:live|test)_|whsec_|lin_(?:api|oauth)_|sb_secret_)[\w+/=-]{8,}$|^eyJ[\w-]{8,}\.[\w-]+\.[\w-]*$|^-----BEGIN [A-Z ]*PRIVATE KEY-----/;

export interface RedactedJson {
  value: unknown;
  /** How many values were hidden. */
  hidden: number;
}

/**
 * A copy in which what looks like a secret is hidden, so that a payload can be shown to somebody
 * beside one. Looks are all this goes by: it protects from glances and screenshots, not from readers.
 */
export function redactJson(root: unknown): RedactedJson {
  let hidden = 0;
  const hide = (): string => {
    hidden += 1;
    return redactedText;
  };
  function visit(value: unknown, name: string, depth: number): unknown {
    if (typeof value === 'string') {
      return value !== '' && (secretName.test(name) || secretText.test(value)) ? hide() : value;
    }
    if (value === null || typeof value !== 'object') return value;
    if (depth >= depthMax) return hide();
    if (Array.isArray(value)) return value.map((item) => visit(item, name, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, visit(child, key, depth + 1)]),
    );
  }
  return { value: visit(root, '', 0), hidden };
}
