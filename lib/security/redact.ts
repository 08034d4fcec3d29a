const mask = '[redacted]';

/** Longer texts are cut before they are searched, so that no pattern runs over megabytes. */
const redactMaxChars = 16_384;

const patterns: readonly { find: RegExp; replace: string }[] = [
  // Tokens that name themselves: GitHub, Slack, Stripe, Linear, Supabase, JWT.
  {
    find: /\b(?:gh[pousr]_|github_pat_|xox[a-z]-|xapp-|[sr]k_(?:live|test)_|whsec_|lin_(?:api|oauth)_|sb_secret_)[\w-]+/g,
    replace: mask,
  },
  { find: /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, replace: mask },
  { find: /\b(bearer|basic|token)\s+[\w.~+/=-]{8,}/gi, replace: `$1 ${mask}` },
  // name=value in URLs and forms, "name": "value" in JSON.
  {
    find: /\b((?:access_|refresh_|id_|api_?)?(?:token|key)|client_secret|secret|password|passwd|pwd|code|code_verifier|state|authorization|signature|x-hub-signature-256)(["']?\s*[=:]\s*["']?)(?!\s*\[redacted\])[^\s"'&,;}<>]+/gi,
    replace: `$1$2${mask}`,
  },
  // user:password@host
  { find: /(\/\/[^\s/:@]*):[^\s/@]+@/g, replace: `$1:${mask}@` },
];

/** Text that may be shown or logged: what looks like a secret is masked. The last line of defence. */
export function redact(text: string): string {
  const cut = text.length > redactMaxChars ? `${text.slice(0, redactMaxChars)}…` : text;
  return patterns.reduce((kept, { find, replace }) => kept.replace(find, replace), cut);
}
