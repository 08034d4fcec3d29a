import { cn } from './class-names';

export interface AvatarProps {
  name: string;
  size?: 'sm' | 'md' | 'lg';
  /** The name stands beside it already. */
  decorative?: boolean;
  className?: string | undefined;
}

const sizes = { sm: 'size-5 text-[0.5625rem]', md: 'size-7 text-micro', lg: 'size-10 text-body' };

/** First letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const first = words[0]?.match(/./u)?.[0] ?? '?';
  const last = words.length > 1 ? (words.at(-1)?.match(/./u)?.[0] ?? '') : '';
  return `${first}${last}`.toUpperCase();
}

/** Initials, never a picture: the policy loads nothing from another origin. */
export function Avatar({ name, size = 'md', decorative = false, className }: AvatarProps) {
  const look = cn(
    'inline-grid shrink-0 place-items-center overflow-hidden rounded-full border border-line-2 bg-raise font-medium text-mut',
    sizes[size],
    className,
  );
  if (decorative) {
    return (
      <span aria-hidden="true" className={look}>
        {initialsOf(name)}
      </span>
    );
  }
  return (
    <span role="img" aria-label={name} title={name} className={look}>
      {initialsOf(name)}
    </span>
  );
}
