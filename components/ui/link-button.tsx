import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { type ButtonSize, type ButtonVariant, buttonLook } from './button-look';

export interface LinkButtonProps<T extends string> {
  href: Route<T>;
  children: ReactNode;
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: ReactNode;
  className?: string | undefined;
  /** Leaves this origin: a plain anchor in a new tab that cannot reach back. */
  external?: boolean;
  /** Off for addresses that answer with a redirect or start something. */
  prefetch?: boolean;
}

/** A link that looks like a button; use Button for everything that acts. */
export function LinkButton<T extends string>({
  href,
  children,
  variant = 'secondary',
  size = 'md',
  icon,
  className,
  external = false,
  prefetch,
}: LinkButtonProps<T>) {
  const look = buttonLook(variant, size, className);
  const body = (
    <>
      {icon}
      <span className="truncate">{children}</span>
    </>
  );
  if (external) {
    return (
      <a href={href} target="_blank" rel="noopener noreferrer" className={look}>
        {body}
      </a>
    );
  }
  return (
    <Link href={href} className={look} {...(prefetch === undefined ? {} : { prefetch })}>
      {body}
    </Link>
  );
}
