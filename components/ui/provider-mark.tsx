import { cn } from './class-names';

export interface ProviderMarkProps {
  name: string;
  /** One or two letters; taken from the name when left out. */
  mark?: string | undefined;
  size?: 'xs' | 'sm' | 'md' | 'lg';
  /** The name stands beside it already. */
  decorative?: boolean;
  className?: string | undefined;
}

const sizes = {
  xs: 'size-5 rounded-xs text-[0.5625rem]',
  sm: 'size-6 rounded-sm text-micro',
  md: 'size-9 rounded-md text-body',
  lg: 'size-12 rounded-lg text-title',
};

/** GitHub → GH, Google Calendar → GC, Linear → Li. */
export function monogramOf(name: string): string {
  const capitals = name.match(/\p{Lu}/gu) ?? [];
  if (capitals.length > 1) return capitals.slice(0, 2).join('');
  return name.slice(0, 1).toUpperCase() + name.slice(1, 2).toLowerCase();
}

/** A neutral tile with a monogram: no company's logo is drawn here. */
export function ProviderMark({
  name,
  mark,
  size = 'md',
  decorative = true,
  className,
}: ProviderMarkProps) {
  const look = cn(
    'inline-grid shrink-0 place-items-center border border-line-2 bg-linear-to-b from-panel to-raise font-mono font-semibold tracking-[-0.04em] text-ink shadow-rest',
    sizes[size],
    className,
  );
  const letters = mark ?? monogramOf(name);
  if (decorative) {
    return (
      <span aria-hidden="true" className={look}>
        {letters}
      </span>
    );
  }
  return (
    <span role="img" aria-label={name} title={name} className={look}>
      {letters}
    </span>
  );
}
