'use client';

import { createContext, type ReactNode, useContext, useMemo } from 'react';

interface TitleEditing {
  /** The record whose title is a field now. */
  editing: string | null;
  onDone: () => void;
}

const Editing = createContext<TitleEditing>({ editing: null, onDone: () => undefined });

/** Which title of the list is being edited. A context, because the table's columns never change. */
export function TitleEditingProvider({
  editing,
  onChange,
  children,
}: {
  editing: string | null;
  onChange: (id: string | null) => void;
  children: ReactNode;
}) {
  const value = useMemo(() => ({ editing, onDone: () => onChange(null) }), [editing, onChange]);
  return <Editing value={value}>{children}</Editing>;
}

export const useTitleEditing = (): TitleEditing => useContext(Editing);
