'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { useShortcut } from '@/components/ui/use-shortcut';
import type { Kind } from '@/lib/kinds/index';
import { NewRecordDialog } from './new-record-dialog';
import { newRecordWords as words } from './new-record-words';

/** The button, its key, and the dialog. */
export function NewRecord({
  kind,
  onOpenRecord,
}: {
  kind: Kind;
  onOpenRecord: (id: string) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  useShortcut('n', () => setOpen(true), { enabled: !isOpen });
  return (
    <>
      <Button
        size="sm"
        variant="primary"
        icon={<Plus aria-hidden="true" />}
        aria-keyshortcuts="n"
        onClick={() => setOpen(true)}
      >
        {words.open}
      </Button>
      {isOpen && (
        <NewRecordDialog
          kind={kind}
          onClose={() => setOpen(false)}
          onOpenRecord={(id) => {
            setOpen(false);
            onOpenRecord(id);
          }}
        />
      )}
    </>
  );
}
