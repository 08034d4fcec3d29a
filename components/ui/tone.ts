/** What a colour means, everywhere the same. Never colour alone: a shape or a word goes with it. */
export type Tone = 'neutral' | 'ok' | 'warn' | 'bad' | 'accent' | 'violet';

export const toneText: Record<Tone, string> = {
  neutral: 'text-mut',
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  accent: 'text-accent',
  violet: 'text-violet',
};

/** For dots and bars, which may be more vivid than words. */
export const toneShape: Record<Tone, string> = {
  neutral: 'text-edge',
  ok: 'text-ok-line',
  warn: 'text-warn-line',
  bad: 'text-bad-line',
  accent: 'text-accent',
  violet: 'text-violet',
};

export const toneTint: Record<Tone, string> = {
  neutral: 'border-line-2 bg-raise text-mut',
  ok: 'border-ok/35 bg-ok/8 text-ok',
  warn: 'border-warn/40 bg-warn/8 text-warn',
  bad: 'border-bad/40 bg-bad/8 text-bad',
  accent: 'border-accent/40 bg-accent/8 text-accent',
  violet: 'border-violet/40 bg-violet/8 text-violet',
};
