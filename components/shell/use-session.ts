'use client';

import { createContext, useContext } from 'react';
import { type Role, roleAllows, type SessionInfo, type Workspace } from '@/lib/identity/schema';

export interface Session {
  info: SessionInfo;
  workspace: Workspace;
  /** `/w/<slug>`, the path all pages of the workspace lie below. */
  home: string;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs the workspace shell above it');
  return session;
}

/** Whether the member's role allows it; the server decides again. */
export function useMay(least: Role): boolean {
  return roleAllows(useSession().workspace.role, least);
}
