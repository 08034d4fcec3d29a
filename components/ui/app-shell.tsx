'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { BrandMark } from './brand';
import { MobileBar } from './mobile-bar';
import { type NavItem, NavList } from './nav-list';

export interface AppShellProps {
  brand: { name: string; href: Route };
  /** The workspace switcher: a Menu, or just the name. */
  workspace?: ReactNode;
  items: NavItem[];
  /** Kept apart at the bottom: settings. */
  footerItems?: NavItem[];
  /** The line that says whether what is seen is live: a StatusDot and a few words. */
  live?: ReactNode;
  /** Theme, account, shortcuts. */
  account?: ReactNode;
  children: ReactNode;
}

/** A sidebar on a desk, a bottom bar with a sheet on a phone; the content is the same. */
export function AppShell(props: AppShellProps) {
  const { brand, workspace, items, footerItems = [], live, account, children } = props;
  const path = usePathname();
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="-translate-y-20 fixed top-2 left-2 z-50 rounded-md border border-line-2 bg-panel px-3 py-2 focus:translate-y-0 focus:shadow-pop"
      >
        Skip to content
      </a>
      <header className="sticky top-0 hidden h-dvh flex-col gap-3 overflow-y-auto border-line border-r px-3 py-4 md:flex">
        <BrandLink brand={brand} />
        {workspace}
        <nav aria-label="Main" className="flex flex-1 flex-col justify-between gap-6">
          <NavList items={items} path={path} />
          {footerItems.length > 0 && <NavList items={footerItems} path={path} />}
        </nav>
        {account}
        {live && <div className="border-line border-t px-2 pt-3 text-meta text-mut">{live}</div>}
      </header>
      <header className="flex items-center justify-between gap-3 border-line border-b px-4 py-2 md:hidden">
        <BrandLink brand={brand} />
        {live && <div className="min-w-0 truncate text-meta text-mut">{live}</div>}
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 pb-16 outline-none md:pb-0">
        {children}
      </main>
      <MobileBar
        items={items}
        footerItems={footerItems}
        path={path}
        workspace={workspace}
        account={account}
      />
    </div>
  );
}

function BrandLink({ brand }: { brand: AppShellProps['brand'] }) {
  return (
    <Link
      href={brand.href}
      className="flex min-h-7 items-center gap-2.5 rounded-md px-2 font-semibold text-lead tracking-[-0.015em]"
    >
      <BrandMark />
      {brand.name}
    </Link>
  );
}
