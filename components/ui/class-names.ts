import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

// Our own text sizes must be named, or tailwind-merge takes them for colours and drops one.
const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ['micro', 'meta', 'body', 'lead', 'title', 'figure', 'hero'],
      shadow: ['rest', 'pop'],
    },
  },
});

/** Joins class names; of two that set the same property the later one wins. */
export function cn(...inputs: ClassValue[]): string {
  return merge(clsx(inputs));
}
