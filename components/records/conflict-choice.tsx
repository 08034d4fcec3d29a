'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { ConflictCard } from '@/components/conflicts/conflict-card';
import { useSettling } from '@/components/conflicts/use-settling';
import { useSession } from '@/components/shell/use-session';
import { Panel } from '@/components/ui/panel';
import type { Conflict } from '@/lib/records/schema';
import { words } from './words';

/** Fields of one record that wait for a person, decided as on their own page. */
export function ConflictChoice({ conflicts }: { conflicts: readonly Conflict[] }) {
  const { home } = useSession();
  const [editingId, setEditing] = useState<string | null>(null);
  const settling = useSettling(() => undefined);
  const [first] = conflicts;
  if (!first) return null;
  return (
    <Panel
      padding="flush"
      title={words.held}
      aside={
        <Link
          href={`${home}/conflicts?record=${first.record_id}` as Route}
          className="text-accent hover:underline"
        >
          {words.openConflicts}
        </Link>
      }
    >
      <div className="divide-y divide-line">
        {conflicts.map((conflict) => (
          <ConflictCard
            key={conflict.id}
            conflict={conflict}
            settling={settling}
            isEditing={conflict.id === editingId}
            onEdit={(isEditing) => setEditing(isEditing ? conflict.id : null)}
          />
        ))}
      </div>
    </Panel>
  );
}
