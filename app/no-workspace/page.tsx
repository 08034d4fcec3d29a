import { DoorOpen } from 'lucide-react';
import type { Metadata } from 'next';
import { EmptyState } from '@/components/ui/empty-state';

export const metadata: Metadata = { title: 'No workspace' };

export default function NoWorkspacePage() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={<DoorOpen aria-hidden="true" />}
        title="You belong to no workspace"
        heading="h1"
      >
        Somebody has to invite you first. Ask an owner or admin for a link.
      </EmptyState>
    </main>
  );
}
