import { cn } from './class-names';

/** One grey bar where a value will be. Several stand inside one SkeletonFrame. */
export function Skeleton({ className }: { className?: string | undefined }) {
  return (
    <span
      aria-hidden="true"
      className={cn('block h-3.5 animate-shimmer rounded-xs bg-line', className)}
    />
  );
}

/** Says once that something is loading; the bars inside are silent. */
export function SkeletonFrame({
  label,
  className,
  children,
}: {
  label: string;
  className?: string | undefined;
  children: React.ReactNode;
}) {
  return (
    <div role="status" aria-busy="true" className={className}>
      <span className="sr-only">{label}</span>
      {children}
    </div>
  );
}

// Uneven widths look like text; fixed ones keep server and browser in agreement.
const widths = ['w-3/5', 'w-4/5', 'w-2/5', 'w-3/4', 'w-1/2', 'w-2/3'];
const widthOf = (index: number) => widths[index % widths.length] ?? 'w-1/2';
const keysOf = (count: number) => Array.from({ length: count }, (_, index) => index);

export function TableSkeleton({
  label,
  rows = 10,
  columns = 4,
}: {
  label: string;
  rows?: number;
  columns?: number;
}) {
  return (
    <SkeletonFrame
      label={label}
      className="overflow-hidden rounded-lg border border-line bg-panel shadow-rest"
    >
      <div className="h-8 border-line border-b bg-raise" />
      {keysOf(rows).map((row) => (
        <div key={row} className="flex h-[2.375rem] items-center gap-4 border-line border-b px-4">
          <Skeleton className="w-12 shrink-0" />
          <div className="min-w-0 flex-1">
            <Skeleton className={widthOf(row)} />
          </div>
          {keysOf(Math.max(0, columns - 2)).map((column) => (
            <Skeleton key={column} className="w-16 shrink-0 max-sm:hidden" />
          ))}
        </div>
      ))}
    </SkeletonFrame>
  );
}

export function ListSkeleton({ label, rows = 4 }: { label: string; rows?: number }) {
  return (
    <SkeletonFrame label={label} className="grid gap-4">
      {keysOf(rows).map((row) => (
        <div key={row} className="flex items-center gap-3">
          <Skeleton className="size-8 shrink-0 rounded-md" />
          <div className="grid min-w-0 flex-1 gap-2">
            <Skeleton className={widthOf(row)} />
            <Skeleton className={cn('h-3', widthOf(row + 2))} />
          </div>
        </div>
      ))}
    </SkeletonFrame>
  );
}

export function PanelSkeleton({ label, lines = 3 }: { label: string; lines?: number }) {
  return (
    <SkeletonFrame
      label={label}
      className="grid gap-3 rounded-lg border border-line bg-panel p-4 shadow-rest"
    >
      <Skeleton className="h-3 w-24" />
      {keysOf(lines).map((line) => (
        <Skeleton key={line} className={widthOf(line)} />
      ))}
    </SkeletonFrame>
  );
}
