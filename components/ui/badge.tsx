import type { ReactNode } from 'react';
import { cn } from './class-names';
import { type Tone, toneTint } from './tone';

export interface BadgeProps {
  tone?: Tone;
  /** Before the words: a StatusDot or a small icon. */
  icon?: ReactNode;
  /** `pill` for states, `tag` for labels of things. */
  shape?: 'pill' | 'tag';
  className?: string | undefined;
  children: ReactNode;
}

export function Badge({ tone = 'neutral', icon, shape = 'pill', className, children }: BadgeProps) {
  return (
    <span
      className={cn(
        'inline-flex h-5 max-w-full items-center gap-1.5 whitespace-nowrap border px-2 text-micro [&_svg]:size-3',
        shape === 'pill' ? 'rounded-full' : 'rounded-xs px-1.5',
        toneTint[tone],
        className,
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}
