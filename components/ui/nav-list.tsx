import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { cn } from './class-names';
import type { Tone } from './tone';
import { toneText } from './tone';

export interface NavItem {
  href: Route;
  label: string;
  icon: ReactNode;
  /** Already formatted: "12,480", "3/s". */
  count?: string | undefined;
  countTone?: Tone;
  /** Only this exact path, for the home page. */
  exact?: boolean;
}

/** A page belongs to an item when it lies at or below the item's address. */
export function isCurrent(item: Pick<NavItem, 'href' | 'exact'>, path: string): boolean {
  if (item.exact) return path === item.href;
  return path === item.href || path.startsWith(`${item.href}/`);
}

export interface NavListProps {
  items: NavItem[];
  path: string;
  onFollow?: () => void;
}

export function NavList({ items, path, onFollow }: NavListProps) {
  return (
    <ul className="grid gap-0.5">
      {items.map((item) => {
        const current = isCurrent(item, path);
        return (
          <li key={item.href}>
            <Link
              href={item.href}
              aria-current={current ? 'page' : undefined}
              {...(onFollow ? { onClick: onFollow } : {})}
              className={cn(
                'flex h-8 items-center gap-2.5 rounded-md max-md:h-10 border border-transparent px-2 text-mut transition-colors hover:bg-hover hover:text-ink [&_svg]:size-4 [&_svg]:shrink-0',
                current && 'border-line bg-panel font-medium text-ink shadow-rest hover:bg-panel',
              )}
            >
              {item.icon}
              <span className="min-w-0 flex-1 truncate">{item.label}</span>
              {item.count !== undefined && (
                <span
                  className={cn(
                    'font-normal text-micro',
                    item.countTone ? toneText[item.countTone] : 'text-dim',
                  )}
                >
                  {item.count}
                </span>
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
