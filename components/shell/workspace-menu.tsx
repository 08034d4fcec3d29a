'use client';

import { ChevronsUpDown } from 'lucide-react';
import type { Route } from 'next';
import { Menu } from '@/components/ui/menu';
import type { SessionInfo, Workspace } from '@/lib/identity/schema';

/** The workspace's name; a menu when there are more of them. */
export function WorkspaceMenu({ info, workspace }: { info: SessionInfo; workspace: Workspace }) {
  const look =
    'flex min-h-9 w-full items-center gap-2 rounded-lg border border-line bg-panel px-2.5 py-1.5 text-left';
  const label = (
    <>
      <span className="min-w-0 flex-1 truncate font-semibold">{workspace.name}</span>
      <span className="text-meta text-mut">{workspace.role}</span>
    </>
  );
  if (info.workspaces.length < 2) return <div className={look}>{label}</div>;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={`${look} hover:bg-hover`}>
          {label}
          <ChevronsUpDown aria-hidden="true" className="size-3.5 text-dim" />
        </button>
      }
      groups={[
        {
          items: info.workspaces.map((other) => ({
            id: other.id,
            label: other.name,
            hint: other.role,
            checked: other.id === workspace.id,
            href: `/w/${other.slug}` as Route,
          })),
        },
      ]}
    />
  );
}
