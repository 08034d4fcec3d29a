'use client';

import { Menu as Base } from '@base-ui/react/menu';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactElement, ReactNode } from 'react';
import { cn } from './class-names';
import { Kbd } from './kbd';
import { optionLook, popupLook } from './popup-look';

export interface MenuItem {
  id: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Marks the present choice. */
  checked?: boolean;
  onSelect?: () => void;
  /** Goes somewhere instead of doing something. */
  href?: Route;
}

export interface MenuGroup {
  label?: string;
  items: MenuItem[];
}

export interface MenuProps {
  trigger: ReactElement;
  groups: MenuGroup[];
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom' | 'right';
  /** Open from its first moment, for a menu that is made when it is asked for. */
  defaultOpen?: boolean;
}

export function Menu({
  trigger,
  groups,
  align = 'end',
  side = 'bottom',
  defaultOpen = false,
}: MenuProps) {
  return (
    <Base.Root defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger} />
      {/* A landmark, so that nothing on the page lies outside of one. */}
      <Base.Portal render={<aside aria-label="Menu" />}>
        <Base.Positioner side={side} align={align} sideOffset={4} className="z-50 outline-none">
          <Base.Popup
            className={cn(
              popupLook,
              'max-h-(--available-height) min-w-44 max-w-[min(20rem,92vw)] overflow-y-auto p-1',
            )}
          >
            {groups.map((group, index) => (
              <Base.Group
                key={group.label ?? group.items[0]?.id ?? index}
                className="not-first:mt-1 not-first:border-line not-first:border-t not-first:pt-1"
              >
                {group.label && (
                  <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-dim text-micro">
                    {group.label}
                  </Base.GroupLabel>
                )}
                {group.items.map((item) => (
                  <Entry key={item.id} item={item} />
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ item }: { item: MenuItem }) {
  const look = cn(optionLook, item.danger && 'text-bad');
  const body = (
    <>
      {item.icon}
      <span className="min-w-0 flex-1 py-1">
        <span className="block truncate">{item.label}</span>
        {item.hint && <span className="block text-dim text-meta">{item.hint}</span>}
      </span>
      {item.checked && <span className="text-mut">✓</span>}
      {item.shortcut && <Kbd>{item.shortcut}</Kbd>}
    </>
  );
  if (item.href && !item.disabled) {
    return (
      <Base.LinkItem closeOnClick render={<Link href={item.href} />} className={look}>
        {body}
      </Base.LinkItem>
    );
  }
  return (
    <Base.Item
      disabled={item.disabled ?? false}
      className={look}
      {...(item.onSelect ? { onClick: item.onSelect } : {})}
    >
      {body}
    </Base.Item>
  );
}
