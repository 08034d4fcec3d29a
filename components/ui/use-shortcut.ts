'use client';

import { useEffect, useRef } from 'react';

/** The second key of "g b" must follow within this time. */
const sequenceMs = 900;

export interface ShortcutOptions {
  enabled?: boolean;
  /** Also while the focus is in a text field; for mod+k and the like. */
  whileTyping?: boolean;
}

/** True when a key press belongs to a text field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select, [role="combobox"]');
}

function hasOpenDialog(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null;
}

/** "mod+k" is ⌘K on a Mac and Ctrl+K elsewhere; "?" and "/" are characters, whatever key makes them. */
export function matchesKey(event: KeyboardEvent, key: string): boolean {
  const wantsMod = key.startsWith('mod+');
  const name = wantsMod ? key.slice('mod+'.length) : key;
  if (event.altKey || wantsMod !== (event.metaKey || event.ctrlKey)) return false;
  return event.key === name || event.key.toLowerCase() === name;
}

/**
 * Calls `run` when the keys are pressed: "mod+k", "/", "?", or two in a row, "g b". Plain keys are
 * ignored in text fields and behind an open dialog.
 */
export function useShortcut(keys: string, run: () => void, options: ShortcutOptions = {}): void {
  const { enabled = true, whileTyping = false } = options;
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });

  useEffect(() => {
    if (!enabled) return;
    const sequence = keys.split(' ');
    let reached = 0;
    let reachedAt = 0;
    function onKeyDown(event: KeyboardEvent) {
      if (event.defaultPrevented || event.isComposing) return;
      if (!whileTyping && (isTyping(event.target) || hasOpenDialog())) return;
      if (event.timeStamp - reachedAt > sequenceMs) reached = 0;
      const wanted = sequence[reached];
      if (wanted === undefined || !matchesKey(event, wanted)) {
        reached = 0;
        return;
      }
      reached += 1;
      reachedAt = event.timeStamp;
      if (reached < sequence.length) return;
      reached = 0;
      event.preventDefault();
      latest.current();
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [keys, enabled, whileTyping]);
}
