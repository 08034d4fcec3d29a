'use client';

import { type ReactNode, useState } from 'react';
import type { Theme } from '@/components/ui/theme';
import { useShortcut } from '@/components/ui/use-shortcut';
import type { SessionInfo, Workspace } from '@/lib/identity/schema';
import { AccountMenu } from './account-menu';
import { Commands } from './commands';
import { Keyboard } from './keyboard';
import { LiveProvider } from './live-provider';
import { NavShell } from './nav-shell';
import { RefusalNews } from './refusal-news';
import { SearchButton } from './search-button';
import { SessionContext } from './use-session';
import { WorkspaceMenu } from './workspace-menu';

export interface WorkspaceShellProps {
  info: SessionInfo;
  workspace: Workspace;
  theme: Theme;
  children: ReactNode;
}

/** The frame around every page of a workspace: where one is, what one can do, whether it is live. */
export function WorkspaceShell({ info, workspace, theme, children }: WorkspaceShellProps) {
  const [isSearching, setSearching] = useState(false);
  const [isHelping, setHelping] = useState(false);
  useShortcut('mod+k', () => setSearching(true), { whileTyping: true });
  useShortcut('?', () => setHelping(true));
  const home = `/w/${workspace.slug}`;
  return (
    <SessionContext value={{ info, workspace, home }}>
      <LiveProvider workspaceId={workspace.id}>
        <NavShell
          workspace={
            <>
              <WorkspaceMenu info={info} workspace={workspace} />
              <SearchButton onPress={() => setSearching(true)} />
            </>
          }
          account={
            <AccountMenu
              info={info}
              theme={theme}
              onSearch={() => setSearching(true)}
              onKeyboard={() => setHelping(true)}
            />
          }
        >
          {children}
        </NavShell>
        <RefusalNews />
        <Commands open={isSearching} onOpenChange={setSearching} />
        <Keyboard open={isHelping} onOpenChange={setHelping} />
      </LiveProvider>
    </SessionContext>
  );
}
