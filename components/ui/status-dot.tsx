import { cn } from './class-names';
import { type Tone, toneShape } from './tone';

/** ring: not begun; half: under way; solid: done; diamond: waits for a person; square: stopped. */
export type StatusShape = 'ring' | 'half' | 'solid' | 'diamond' | 'square' | 'live';

const shapes: Record<StatusShape, string> = {
  ring: 'rounded-full border-2 border-current',
  half: 'rounded-full border-2 border-current bg-[linear-gradient(90deg,currentColor_50%,transparent_50%)]',
  solid: 'rounded-full bg-current',
  diamond: 'rotate-45 scale-90 rounded-[1px] bg-current',
  square: 'rounded-[2px] bg-current',
  live: 'size-2 animate-breathe rounded-full bg-current shadow-[0_0_0_3px_color-mix(in_oklab,currentColor_22%,transparent)]',
};

export interface StatusDotProps {
  tone: Tone;
  shape?: StatusShape;
  /** Read aloud when no word stands beside it. */
  label?: string;
  className?: string | undefined;
}

/** Colour and shape together, so that it can be told apart without colour. */
export function StatusDot({ tone, shape = 'solid', label, className }: StatusDotProps) {
  const look = cn('inline-block size-2.5 shrink-0', toneShape[tone], shapes[shape], className);
  if (label) return <span role="img" aria-label={label} title={label} className={look} />;
  return <span aria-hidden="true" className={look} />;
}
