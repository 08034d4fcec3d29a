'use client';

import { ShortcutsDialog } from '@/components/ui/shortcuts-dialog';

/** Every key of the hub; the rows of each page are bound where the page is. */
const groups = [
  {
    label: 'Everywhere',
    items: [
      { keys: ['⌘', 'K'], does: 'Search and commands' },
      { keys: ['?'], does: 'These keys' },
      { keys: ['g', 'b'], does: 'Go to the Board' },
      { keys: ['g', 'c'], does: 'Go to Connections' },
      { keys: ['g', 'f'], does: 'Go to Flows' },
      { keys: ['g', 'r'], does: 'Go to Records' },
      { keys: ['g', 'x'], does: 'Go to Conflicts' },
      { keys: ['g', 'i'], does: 'Go to the Inbox' },
      { keys: ['g', 'd'], does: 'Go to Deliveries' },
    ],
  },
  {
    label: 'Lists',
    items: [
      { keys: ['/'], does: 'Search the list' },
      { keys: ['j'], does: 'Next row' },
      { keys: ['k'], does: 'Row before' },
      { keys: ['Enter'], does: 'Open the row' },
      { keys: ['e'], does: 'Edit the title; of a flow, its mapping' },
      { keys: ['n'], does: 'New flow, on the page of flows' },
      { keys: ['n'], does: 'New record' },
      { keys: ['Esc'], does: 'Back' },
    ],
  },
  {
    label: 'Conflicts',
    items: [
      { keys: ['1'], does: 'Keep what is here' },
      { keys: ['2'], does: 'Take what is there' },
      { keys: ['3'], does: 'Go back to before' },
      { keys: ['e'], does: 'Write a value' },
      { keys: ['x'], does: 'Select it' },
      { keys: ['u'], does: 'Undo the last choice' },
      { keys: ['o'], does: 'Open the record' },
    ],
  },
] as const;

export function Keyboard(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return <ShortcutsDialog {...props} groups={groups} />;
}
