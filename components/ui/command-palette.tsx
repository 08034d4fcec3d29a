'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { scoreCommand } from './command-score';
import { scrimLook } from './dialog';
import { Kbd } from './kbd';
import { Spinner } from './spinner';

export interface CommandAction {
  id: string;
  label: string;
  /** Second half of the line, in grey. */
  hint?: string;
  icon?: ReactNode;
  /** Keys that do the same elsewhere. */
  shortcut?: readonly string[];
  /** Other words it is found by. */
  keywords?: readonly string[];
  run: () => void;
}

export interface CommandGroup {
  label: string;
  actions: readonly CommandAction[];
  /** Found elsewhere for what was typed: shown as they are, not filtered again. */
  found?: boolean;
}

export interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly CommandGroup[];
  placeholder?: string;
  /** Told what is typed, for results that come from the server. */
  onQueryChange?: (query: string) => void;
  /** Results are on their way. */
  busy?: boolean;
}

/** Everything one can do or open, by typing. */
export function CommandPalette(props: CommandPaletteProps) {
  const { open, onOpenChange } = props;
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={scrimLook} />
        <Base.Popup className="fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl border border-line-2 bg-panel shadow-pop outline-none transition-[opacity,scale] duration-100 ease-out data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <Base.Title className="sr-only">Commands</Base.Title>
          <Palette {...props} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Palette({ onOpenChange, groups, placeholder, onQueryChange, busy }: CommandPaletteProps) {
  const [query, setQuery] = useState('');
  const prompt = placeholder ?? 'Type a command or search';

  function pick(action: CommandAction) {
    onOpenChange(false);
    action.run();
  }

  return (
    <Command label={prompt} loop filter={(_id, words, names) => scoreCommand(names ?? [], words)}>
      <div className="flex h-12 items-center gap-3 border-line border-b px-4">
        {busy ? (
          <Spinner className="text-dim" />
        ) : (
          <Search aria-hidden="true" className="size-4 text-dim" />
        )}
        <Command.Input
          value={query}
          onValueChange={(next) => {
            setQuery(next);
            onQueryChange?.(next);
          }}
          placeholder={prompt}
          className="h-full min-w-0 flex-1 bg-transparent text-lead outline-none"
        />
        <Kbd>esc</Kbd>
      </div>
      <Command.List
        label="Results"
        className="max-h-[min(24rem,60dvh)] scroll-py-2 overflow-y-auto overscroll-contain p-2"
      >
        <Command.Empty className="py-8 text-center text-mut">
          {busy ? 'Searching' : 'Nothing has that name'}
        </Command.Empty>
        {groups.map((group) => (
          <Command.Group
            key={group.label}
            heading={group.label}
            forceMount={group.found ?? false}
            className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-dim [&_[cmdk-group-heading]]:text-micro"
          >
            {group.actions.map((action) => (
              <Command.Item
                key={action.id}
                value={action.id}
                forceMount={group.found ?? false}
                keywords={[action.label, ...(action.keywords ?? [])]}
                onSelect={() => pick(action)}
                className="flex min-h-9 cursor-default select-none items-center gap-3 rounded-md px-2 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-dim"
              >
                {action.icon}
                <span className="min-w-0 flex-1 truncate">
                  {action.label}
                  {action.hint && <span className="ml-2 text-dim text-meta">{action.hint}</span>}
                </span>
                {action.shortcut?.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}
