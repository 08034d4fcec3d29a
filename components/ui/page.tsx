import type { ReactNode } from 'react';
import { cn } from './class-names';

export interface PageProps {
  /**
   * Fills the window and lets one part scroll (give that part `min-h-0 flex-1`), for tables. On a
   * phone the page itself scrolls.
   */
  fill?: boolean;
  /** `narrow` for forms and reading; it keeps the left edge, so that titles do not jump. */
  width?: 'full' | 'narrow';
  /** A drawer that is not modal stands at the right: on wide windows the page makes room for it. */
  beside?: 'md' | 'lg' | undefined;
  className?: string | undefined;
  children: ReactNode;
}

/** The inside of the shell: margins, rhythm, and how tall a page may be. */
export function Page({ fill = false, width = 'full', beside, className, children }: PageProps) {
  return (
    <div
      className={cn(
        'mx-auto flex w-full min-w-0 flex-col gap-4 px-4 pt-3 pb-6 md:px-6 md:pt-4',
        fill && 'md:h-dvh md:pb-5',
        width === 'narrow' ? 'max-w-[100rem] *:max-w-3xl' : 'max-w-[100rem]',
        beside && 'transition-[padding] duration-200 ease-out',
        beside === 'md' && 'xl:max-w-none xl:pr-[calc(var(--drawer-md)+2.5rem)]',
        beside === 'lg' && 'xl:max-w-none xl:pr-[calc(var(--drawer-lg)+2.5rem)]',
        className,
      )}
    >
      {children}
    </div>
  );
}
