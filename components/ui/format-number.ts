// A fixed locale, so that server and browser print the same characters.
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 12480 → "12,480". */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** Of something that is not counted beyond `most`: 10,001 → "10,000+". */
export function formatUpTo(value: number, most: number): string {
  return value > most ? `${whole.format(most)}+` : whole.format(value);
}

/** Per second while that reads well, otherwise per minute: 0.2 → "12/min". */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond) || perSecond <= 0) return '';
  if (perSecond >= 1) return `${whole.format(perSecond)}/s`;
  const perMinute = perSecond * 60;
  return perMinute >= 1 ? `${whole.format(perMinute)}/min` : '< 1/min';
}

/** A size: 812 → "812 B", 14301 → "14.0 kB". Thousands, as file managers count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
