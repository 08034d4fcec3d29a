'use client';

import { Fragment } from 'react';
import { Dialog } from './dialog';
import { Kbd } from './kbd';

export interface ShortcutGroup {
  label: string;
  items: readonly { keys: readonly string[]; does: string }[];
}

export interface ShortcutsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly ShortcutGroup[];
}

/** What the keyboard can do, opened by `?`. */
export function ShortcutsDialog({ open, onOpenChange, groups }: ShortcutsDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard" size="md">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group.label} aria-label={group.label}>
            <h3 className="mb-1.5 text-dim text-meta">{group.label}</h3>
            <dl className="grid gap-1">
              {group.items.map((item) => (
                <div key={item.does} className="flex min-h-6 items-center justify-between gap-3">
                  <dt>{item.does}</dt>
                  <dd className="flex gap-1">
                    {item.keys.map((key, index) => (
                      <Fragment key={key}>
                        {index > 0 && <span className="sr-only"> then </span>}
                        <Kbd>{key}</Kbd>
                      </Fragment>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
