import { cn } from './class-names';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'sm' | 'md' | 'lg';

const variants: Record<ButtonVariant, string> = {
  primary:
    'border-ink bg-ink text-bg font-medium shadow-rest hover:bg-ink/88 active:bg-ink/80 disabled:hover:bg-ink',
  secondary:
    'border-line-2 bg-panel text-ink shadow-rest hover:bg-hover active:bg-line disabled:hover:bg-panel',
  ghost:
    'border-transparent text-mut hover:bg-hover hover:text-ink active:bg-line disabled:hover:bg-transparent disabled:hover:text-mut',
  danger:
    'border-danger bg-danger text-on-danger font-medium shadow-rest hover:bg-danger/88 active:bg-danger/80 disabled:hover:bg-danger',
};

const sizes: Record<ButtonSize, string> = {
  sm: 'h-7 gap-1.5 px-2.5 text-meta',
  md: 'h-8 gap-2 px-3 text-body',
  lg: 'h-10 gap-2 px-4 text-lead',
};

/** The one look of everything that is pressed: buttons, links dressed as buttons, triggers. */
export function buttonLook(variant: ButtonVariant, size: ButtonSize, className?: string): string {
  return cn(
    'relative inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md border transition-colors duration-100',
    'disabled:cursor-not-allowed disabled:opacity-55 aria-busy:cursor-progress',
    '[&_svg]:size-4 [&_svg]:shrink-0',
    variants[variant],
    sizes[size],
    className,
  );
}
