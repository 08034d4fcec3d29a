import type { RecordRow } from '@/lib/records/schema';

/** Longer values are cut where they stand beside others; the Data tab has them whole. */
const valueCharsMax = 160;

/** A field's value as text; anything that is no text is empty. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** What people call a thing at its service: #12 where it is a number, ENG-12 as it is. */
export const showKey = (key: string): string => (/^\d+$/.test(key) ? `#${key}` : key);

/** Fields for a person: what a service calls a thing is left out where our own word stands beside it. */
export function shownFields(fields: readonly string[]): string[] {
  const own = fields.filter((field) => !field.startsWith('raw_'));
  return own.length > 0 ? own : [...fields];
}

/** A field as people call it. */
export const fieldWords = (field: string): string => field.replaceAll('_', ' ');

/** Behind the name of another record: whose name it is (see sync/lens). */
const connectionBehind = /(?<=.)@[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Any value in one line, for a person. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  const text = Array.isArray(value)
    ? textsOf(value).join(', ') || 'nothing'
    : typeof value === 'string'
      ? value.replace(connectionBehind, '')
      : JSON.stringify(value);
  return text.length > valueCharsMax ? `${text.slice(0, valueCharsMax)}…` : text;
}

/** A field as a cell of few words shows it; of several values the first, of a person the login. */
export function plainText(value: unknown): string {
  if (Array.isArray(value)) return plainText(value[0]);
  if (typeof value === 'object' && value !== null && 'login' in value) return textOf(value.login);
  return textOf(value);
}

/** The one line a record is known by, whatever its kind. */
export function headingOf({ kind, data }: Pick<RecordRow, 'kind' | 'data'>): string {
  switch (kind) {
    case 'message':
      return textOf(data['body']).trim().split('\n', 1)[0] ?? '';
    case 'contact':
      return textOf(data['name']) || (textsOf(data['emails'])[0] ?? '');
    case 'payment':
      return [showMoney(data['amount'], data['currency']), textOf(data['description'])]
        .filter(Boolean)
        .join(' · ');
    case 'task':
    case 'event':
    case 'document':
      return textOf(data['title']);
  }
}

/** An amount in the currency's minor unit, as people write it. */
export function showMoney(amount: unknown, currency: unknown): string {
  if (typeof amount !== 'number' || typeof currency !== 'string') return '';
  if (!/^[a-z]{3}$/.test(currency)) return '';
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
