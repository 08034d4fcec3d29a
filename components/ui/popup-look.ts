/** The surface of everything that opens beside its trigger. */
export const popupLook =
  'z-50 rounded-lg border border-line-2 bg-panel text-ink shadow-pop outline-none origin-(--transform-origin) ' +
  'transition-[opacity,scale] duration-100 ease-out data-ending-style:scale-98 data-starting-style:scale-98 ' +
  'data-ending-style:opacity-0 data-starting-style:opacity-0';

/** One line in a menu, a select or the command palette. */
export const optionLook =
  'flex min-h-8 cursor-default select-none items-center gap-2.5 rounded-sm px-2 outline-none ' +
  'data-highlighted:bg-hover data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0';
