import { cn } from './class-names';

/** Two sockets and the cable between them. */
export function BrandMark({ className }: { className?: string | undefined }) {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      strokeWidth="1.8"
      strokeLinecap="round"
      aria-hidden="true"
      className={cn('size-5', className)}
    >
      <path d="M6.8 5.4C14 6 6 14 13.2 14.7" className="stroke-ok-line" />
      <circle cx="4.5" cy="5" r="2.4" stroke="currentColor" />
      <circle cx="15.5" cy="15" r="2.4" stroke="currentColor" />
    </svg>
  );
}
