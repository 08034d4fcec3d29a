/** A colour per process, so that the eye finds its line. Off when the output is no terminal. */
const colours = {
  gateway: 36,
  web: 35,
  worker: 32,
  supabase: 34,
  sandbox: 33,
  patchbay: 1,
} as const;
export type Speaker = keyof typeof colours;

const shown = [
  'code',
  'reason',
  'method',
  'path',
  'status',
  'ms',
  'queue',
  'connector',
  'event',
  'count',
  'attempt',
  'part',
];
const isTerminal = process.stdout.isTTY === true;

const paint = (code: number, text: string) =>
  isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text;

/** What Next says of itself: the address is not the one to open, and the rest tells nobody anything. */
const banner =
  /^\s*(▲ Next\.js|- (Local|Network|Environments|Experiments)\b|✓ (Starting|Ready|Running)\b)/;

/** One line of a child as a person reads it; what is not JSON passes as it is. */
export function formatLine(speaker: Speaker, line: string, format: 'text' | 'json'): string | null {
  if (line.trim() === '' || (speaker === 'web' && banner.test(line))) return null;
  if (format === 'json')
    return line.startsWith('{') ? line : JSON.stringify({ name: speaker, msg: line });
  const name = paint(colours[speaker], speaker.padEnd(9));
  if (!line.startsWith('{')) return `${name} ${line}`;
  let row: Record<string, unknown>;
  try {
    row = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return `${name} ${line}`;
  }
  if (row['ready'] === true) return null;
  const level = typeof row['level'] === 'string' ? row['level'] : 'info';
  const facts = shown
    .filter((field) => row[field] !== undefined)
    .map((field) => `${field}=${String(row[field])}`);
  const error = row['err'] as { message?: string; stack?: string } | undefined;
  const mark =
    level === 'error' || level === 'fatal'
      ? paint(31, '✗ ')
      : level === 'warn'
        ? paint(33, '! ')
        : '';
  const text =
    `${name} ${mark}${typeof row['msg'] === 'string' ? row['msg'] : ''} ${paint(2, facts.join(' '))}`.trimEnd();
  return error ? `${text}\n${error.stack ?? error.message ?? ''}` : text;
}
