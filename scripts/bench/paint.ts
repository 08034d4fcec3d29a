import type { Page } from 'playwright';
import { eventually } from '../../tests/system/waiting.ts';

/** Milliseconds since 1970 with their fractions: the same clock in every process of a machine. */
export const now = (): number => performance.timeOrigin + performance.now();

export interface Mark {
  /** When it was on the screen, on the clock of `now`. */
  at: number;
  /** Frames that had begun between the last Enter and the change of the page; 0 is the next frame. */
  frames: number;
}

declare global {
  interface Window {
    marks: Map<string, Mark>;
    /** When Enter was last pressed. */
    entered: number;
  }
}

/**
 * Runs in the page: notes when a text of the form ‹mark-…› has been painted. The task after the next
 * animation frame is the first one that runs once that frame has been handed to the screen. Reads
 * only what has changed, so that watching costs next to nothing.
 */
function watch(): void {
  window.marks = new Map();
  const clock = (): number => performance.timeOrigin + performance.now();
  const known = new Set<string>();
  let frames = 0;
  const note = (mark: string, begun: number): void => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        window.marks.set(mark, { at: clock(), frames: begun });
        channel.port1.close();
      };
      channel.port2.postMessage(null);
    });
  };
  const look = (text: string | null): void => {
    for (const [mark] of (text ?? '').matchAll(/mark-[\w-]+/g)) {
      if (known.has(mark)) continue;
      known.add(mark);
      note(mark, frames);
    }
  };
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (addedNodes.length === 0) look(target.textContent);
      for (const node of addedNodes) look(node.textContent);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
  const count = (): void => {
    frames += 1;
    if (frames < 600) requestAnimationFrame(count);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    window.entered = performance.timeOrigin + event.timeStamp;
    frames = 0;
    requestAnimationFrame(count);
  };
  window.addEventListener('keydown', onKey, { capture: true });
}

export async function watchPaint(page: Page): Promise<void> {
  await page.addInitScript(watch);
}

/** Waits for a mark; it is looked for from outside, which does not delay it. */
export const painted = (page: Page, mark: string, deadlineMs = 15_000): Promise<Mark> =>
  eventually(
    `${mark} is painted`,
    () => page.evaluate((wanted) => window.marks.get(wanted) ?? null, mark),
    deadlineMs,
  );
