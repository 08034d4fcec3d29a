'use client';

import { ChevronsUpDown, Keyboard, LogOut, Mail, Monitor, Moon, Search, Sun } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { Menu } from '@/components/ui/menu';
import { applyTheme, type Theme, themes } from '@/components/ui/theme';
import type { SessionInfo } from '@/lib/identity/schema';
import { signOut } from './sign-out';
import { words } from './words';

const themeIcons: Record<Theme, React.ReactNode> = {
  system: <Monitor aria-hidden="true" />,
  light: <Sun aria-hidden="true" />,
  dark: <Moon aria-hidden="true" />,
};

export interface AccountMenuProps {
  info: SessionInfo;
  theme: Theme;
  onSearch: () => void;
  onKeyboard: () => void;
}

export function AccountMenu({ info, theme: initial, onSearch, onKeyboard }: AccountMenuProps) {
  const [theme, setTheme] = useState(initial);
  const name = info.user.name ?? info.user.email;
  return (
    <div className="flex gap-1">
      <Menu
        align="start"
        side="top"
        trigger={
          <button
            type="button"
            className="flex min-h-9 min-w-0 flex-1 items-center gap-2.5 rounded-md px-1.5 py-1 text-left hover:bg-hover"
          >
            <Avatar name={name} />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-dim" />
          </button>
        }
        groups={[
          {
            label: info.user.email,
            items: [
              {
                id: 'search',
                label: words.search,
                icon: <Search aria-hidden="true" />,
                shortcut: '⌘K',
                onSelect: onSearch,
              },
              {
                id: 'keyboard',
                label: words.keyboard,
                icon: <Keyboard aria-hidden="true" />,
                shortcut: '?',
                onSelect: onKeyboard,
              },
            ],
          },
          {
            label: words.theme,
            items: themes.map((one) => ({
              id: one,
              label: words.themes[one],
              icon: themeIcons[one],
              checked: one === theme,
              onSelect: () => {
                setTheme(one);
                void applyTheme(one);
              },
            })),
          },
          {
            items: [
              ...(info.features.mail === 'sandbox'
                ? [
                    {
                      id: 'mailbox',
                      label: words.mailbox,
                      icon: <Mail aria-hidden="true" />,
                      onSelect: () => globalThis.location.assign('/sandbox/mail'),
                    },
                  ]
                : []),
              {
                id: 'out',
                label: words.signOut,
                icon: <LogOut aria-hidden="true" />,
                onSelect: () => void signOut(),
              },
            ],
          },
        ]}
      />
    </div>
  );
}
