'use client';

import { Menu } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { cn } from './class-names';
import { Drawer } from './drawer';
import { isCurrent, type NavItem, NavList } from './nav-list';

/** More than this and a thumb misses at 320 px. */
const barItemsMax = 4;

const cellLook =
  'flex min-w-0 flex-1 flex-col items-center justify-center gap-1 rounded-md text-micro [&_svg]:size-5';

export interface MobileBarProps {
  items: NavItem[];
  footerItems: NavItem[];
  path: string;
  workspace?: ReactNode;
  account?: ReactNode;
}

export function MobileBar({ items, footerItems, path, workspace, account }: MobileBarProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <nav
        aria-label="Main, short"
        className="fixed inset-x-0 bottom-0 z-30 flex h-16 gap-1 border-line border-t bg-panel px-2 py-1.5 pb-[max(0.375rem,env(safe-area-inset-bottom))] md:hidden"
      >
        {items.slice(0, barItemsMax).map((item) => {
          const current = isCurrent(item, path);
          return (
            <Link
              key={item.href}
              href={item.href}
              aria-current={current ? 'page' : undefined}
              className={cn(cellLook, current ? 'bg-raise text-ink' : 'text-mut')}
            >
              {item.icon}
              <span className="max-w-full truncate px-1">{item.label}</span>
            </Link>
          );
        })}
        <button
          type="button"
          onClick={() => setOpen(true)}
          aria-expanded={open}
          className={cn(cellLook, 'text-mut')}
        >
          <Menu aria-hidden="true" />
          More
        </button>
      </nav>
      <Drawer open={open} onOpenChange={setOpen} title="Menu">
        <div className="grid gap-4">
          {workspace}
          <nav aria-label="All pages" className="grid gap-4">
            <NavList items={items} path={path} onFollow={() => setOpen(false)} />
            {footerItems.length > 0 && (
              <NavList items={footerItems} path={path} onFollow={() => setOpen(false)} />
            )}
          </nav>
          {account}
        </div>
      </Drawer>
    </>
  );
}
