'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { editorWords } from './editor-words';

const text = editorWords.leave;

/** Where a press leads, if it leaves this page in this tab. */
function leavingTo(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  if (!(event.target instanceof Element)) return null;
  const link = event.target.closest('a[href]');
  if (!(link instanceof HTMLAnchorElement) || link.target === '_blank') return null;
  const { origin, pathname } = globalThis.location;
  const isHere = link.pathname === pathname;
  return link.origin !== origin || isHere ? null : `${link.pathname}${link.search}${link.hash}`;
}

/** Asks before unsaved work is left, by a link or by closing the tab. */
export function useUnsaved(isUnsaved: boolean): React.ReactNode {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);
  useEffect(() => {
    if (!isUnsaved) return;
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    const pressed = (event: MouseEvent) => {
      const to = leavingTo(event);
      if (to === null) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(to);
    };
    globalThis.addEventListener('beforeunload', closing);
    // Before the link itself hears of it.
    document.addEventListener('click', pressed, { capture: true });
    return () => {
      globalThis.removeEventListener('beforeunload', closing);
      document.removeEventListener('click', pressed, { capture: true });
    };
  }, [isUnsaved]);
  if (target === null) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => {
        if (!open) setTarget(null);
      }}
      title={text.title}
      action={text.action}
      onConfirm={() => router.push(target as Route)}
    >
      {text.body}
    </ConfirmDialog>
  );
}
