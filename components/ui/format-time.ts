const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Older than this and the date says more than a number of days. */
const relativeMax = 30 * day;

const dateOnly = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** For columns: the day while it is this year's, later the month. */
const dayOnly = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const monthOnly = new Intl.DateTimeFormat('en-GB', {
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

export type TimeLike = string | number | Date;

/** Milliseconds since 1970, or NaN for something that is not a time. */
export function toMillis(value: TimeLike): number {
  return value instanceof Date ? value.getTime() : new Date(value).getTime();
}

function amount(distance: number, short: boolean): string {
  if (distance < minute) return `${Math.floor(distance / second)} s`;
  if (distance < hour) return `${Math.floor(distance / minute)} ${short ? 'm' : 'min'}`;
  if (distance < day) return `${Math.floor(distance / hour)} h`;
  return `${Math.floor(distance / day)} d`;
}

/** "4 min ago", "in 3 h", "now"; `short` leaves out "ago" for table columns. */
export function formatRelative(at: number, now: number, short = false): string {
  if (!Number.isFinite(at)) return 'unknown';
  const distance = Math.abs(now - at);
  if (distance < second) return 'now';
  if (distance >= relativeMax) {
    if (!short) return dateOnly.format(at);
    const isThisYear = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
    return (isThisYear ? dayOnly : monthOnly).format(at);
  }
  const text = amount(distance, short);
  if (at > now) return `in ${text}`;
  return short ? text : `${text} ago`;
}

/** "14:02:07.212" and so on in the zone of the reader, with the zone's name. */
export function formatExact(at: number, timeZone?: string): string {
  if (!Number.isFinite(at)) return 'unknown time';
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'short',
    ...(timeZone ? { timeZone } : {}),
  }).format(at);
}

/** A length of time measured: 212 → "212 ms", 2140 → "2.1 s", 125000 → "2 min 5 s". */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return 'unknown';
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`;
  if (ms < minute) return `${Math.round(ms / second)} s`;
  return formatLong(Math.round(ms / second));
}

function formatLong(seconds: number): string {
  if (seconds < 3600) return joinUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) {
    return joinUnits(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  }
  return joinUnits(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3600), 'h');
}

function joinUnits(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/**
 * What is left of a long job. Above ten seconds it moves in steps of five, above a minute in
 * minutes: a figure that jumps with every measurement tells less than a coarse one.
 */
export function formatEta(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 1) return 'almost done';
  if (seconds <= 10) return `${Math.ceil(seconds)} s left`;
  if (seconds < 60) return `${Math.min(55, Math.ceil(seconds / 5) * 5)} s left`;
  const minutes = Math.ceil(seconds / 60);
  return `${minutes < 60 ? `${minutes} min` : formatLong(minutes * 60)} left`;
}

/** Seconds until done at the present rate; undefined while nothing can be said. */
export function estimateSeconds(
  done: number,
  total: number | null | undefined,
  ratePerSecond: number | undefined,
): number | undefined {
  if (total === null || total === undefined || !ratePerSecond || ratePerSecond <= 0) return;
  return Math.max(0, total - done) / ratePerSecond;
}
