import type { Connection } from '@/lib/connections/schema';
import { words } from './words';

/** Nobody notices less, and a measuring may be wrong by about a second. */
const noticedMs = 5_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** "5 min": a clock is off by so much at least, give or take the half of a unit. */
function amountOf(ms: number): string {
  if (ms < 2 * minuteMs) return `${Math.round(ms / 1_000)} s`;
  if (ms < 2 * hourMs) return `${Math.round(ms / minuteMs)} min`;
  return `${Math.round(ms / hourMs)} h`;
}

/** What is said of a service's clock, and whether it is off by more than can be due to the measuring. */
export function clockWords(clock: Connection['clock']): { text: string; isOff: boolean } {
  if (!clock) return { text: words.clock.unknown, isOff: false };
  const ahead = Math.abs(clock.ahead_ms);
  if (ahead - clock.error_ms <= noticedMs) {
    const isKnown = ahead + clock.error_ms <= 2 * noticedMs;
    return { text: isKnown ? words.clock.close : words.clock.unsure, isOff: false };
  }
  const say = clock.ahead_ms > 0 ? words.clock.ahead : words.clock.behind;
  return { text: say(amountOf(ahead)), isOff: true };
}
