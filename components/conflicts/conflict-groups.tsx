'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Panel } from '@/components/ui/panel';
import type { Conflict } from '@/lib/records/schema';
import { ConflictCard } from './conflict-card';
import { groupByRecord } from './conflict-view';
import type { Settling } from './use-settling';
import { words } from './words';

interface GroupsProps {
  conflicts: readonly Conflict[];
  settling: Settling;
  activeId: string | null;
  onFocus: (id: string) => void;
  editingId: string | null;
  onEdit: (id: string | null) => void;
  selected: ReadonlySet<string>;
  onSelect: (id: string) => void;
}

/** Conflicts by record, each with the way to it. */
export function ConflictGroups(props: GroupsProps) {
  const { home } = useSession();
  const { settling, activeId, onFocus, editingId, onEdit, selected, onSelect } = props;
  return (
    <div className="grid gap-4">
      {groupByRecord(props.conflicts).map((group) => (
        <Panel
          key={group.recordId}
          padding="flush"
          title={<span className="text-body text-ink">{group.title}</span>}
          aside={
            <span className="flex items-center gap-3">
              {group.isDeleted && <Badge tone="bad">{words.deleted}</Badge>}
              <Link
                href={`${home}/records?record=${group.recordId}` as Route}
                className="text-accent hover:underline"
              >
                {words.open}
              </Link>
            </span>
          }
        >
          <div className="divide-y divide-line">
            {group.conflicts.map((conflict) => (
              <ConflictCard
                key={conflict.id}
                conflict={conflict}
                settling={settling}
                isActive={conflict.id === activeId}
                onFocus={() => onFocus(conflict.id)}
                isEditing={conflict.id === editingId}
                onEdit={(isEditing) => onEdit(isEditing ? conflict.id : null)}
                selection={{
                  isSelected: selected.has(conflict.id),
                  onSelect: () => onSelect(conflict.id),
                }}
              />
            ))}
          </div>
        </Panel>
      ))}
    </div>
  );
}
