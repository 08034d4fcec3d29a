import type { Route } from 'next';
import type { Tone } from '@/components/ui/tone';

/** ok: changes flow; waiting: a person must do something; stopped: nothing flows; idle: nothing to do. */
export type Health = 'ok' | 'waiting' | 'stopped' | 'idle';

export interface Jack {
  id: string;
  name: string;
  /** Second line: the account and how much there is. */
  sub: string;
  /** One or two letters; taken from the name when left out. */
  mark?: string | undefined;
  health: Health;
  href: Route;
  /** `store` is the place everything passes through: drawn larger, with a port for every cable. */
  kind?: 'service' | 'store';
  /** A first read under way, 0 to 1; null while its end is not known. */
  progress?: number | null | undefined;
  /** Figures on a store: records, position. */
  facts?: readonly { label: string; value: string }[];
}

export interface Cable {
  id: string;
  /** A jack on the left and one on the right. */
  from: string;
  to: string;
  health: Health;
  /** Changes that crossed in the last hour. */
  perHour: number;
  href: Route;
  /** "Issues, both ways". */
  label: string;
}

export const healthWords: Record<Health, string> = {
  ok: 'healthy',
  waiting: 'waiting for you',
  stopped: 'stopped',
  idle: 'idle',
};

export const healthTones: Record<Health, Tone> = {
  ok: 'ok',
  waiting: 'warn',
  stopped: 'bad',
  idle: 'neutral',
};

/** Vivid, for lines and shapes; words take the tone of healthTones. */
export const healthColors: Record<Health, string> = {
  ok: 'var(--color-ok-line)',
  waiting: 'var(--color-warn-line)',
  stopped: 'var(--color-bad-line)',
  idle: 'var(--color-edge)',
};

/** Told apart without colour: unbroken, dashed, dotted. */
export const healthDashes: Record<Health, string | undefined> = {
  ok: undefined,
  waiting: '9 7',
  stopped: '0.5 8',
  idle: undefined,
};
