import type { StatusShape } from '@/components/ui/status-dot';
import type { Tone } from '@/components/ui/tone';
import type { DestinationHealth, Subscription } from '@/lib/delivery/schema';
import { words } from './words';

/** A subscription and what is known of its destination; the latter may still be on its way. */
export interface Watched {
  subscription: Subscription;
  health: DestinationHealth | undefined;
}

export type HealthName = keyof typeof words.health;

/** The one word that says how a subscription is: what a person decided, then what stands in the way. */
export function healthOf({ subscription, health }: Watched, nowMs: number): HealthName {
  if (subscription.status !== 'active') return subscription.status;
  const breaker = health?.breaker.state ?? 'closed';
  if (breaker === 'open') return 'open';
  if (breaker === 'half_open') return 'trying';
  const restsUntil = health?.rest_until ? Date.parse(health.rest_until) : 0;
  if (restsUntil > nowMs) return 'resting';
  if (subscription.failing_since !== null) return 'failing';
  if (subscription.behind > 0 || subscription.owed > 0) return 'catching';
  return subscription.delivered_at === null ? 'idle' : 'healthy';
}

export const healthLooks: Record<HealthName, { tone: Tone; shape: StatusShape }> = {
  healthy: { tone: 'ok', shape: 'solid' },
  idle: { tone: 'neutral', shape: 'ring' },
  catching: { tone: 'accent', shape: 'half' },
  failing: { tone: 'warn', shape: 'diamond' },
  resting: { tone: 'warn', shape: 'ring' },
  open: { tone: 'bad', shape: 'diamond' },
  trying: { tone: 'warn', shape: 'half' },
  paused: { tone: 'neutral', shape: 'half' },
  disabled: { tone: 'bad', shape: 'square' },
};

/** Of the latest that were tried, the part that arrived; null before any was. */
export function arrivedShare(health: DestinationHealth | undefined): number | null {
  const { delivered, tried } = health?.recent ?? { delivered: 0, tried: 0 };
  return tried === 0 ? null : delivered / tried;
}

/** Rounded so that one failure among many never reads as none. */
export function shareText(share: number | null): string {
  if (share === null) return '–';
  return `${Math.floor(share * 1_000) / 10}%`.replace('.0%', '%');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Where it goes to, in one line that fits a table. */
export function destinationText({ kind, config }: Pick<Subscription, 'kind' | 'config'>): string {
  if (kind === 'webhook') {
    const url = text(config['url']) ?? '';
    return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : url;
  }
  if (kind === 'slack') {
    return text(config['channel_name']) ?? text(config['channel']) ?? 'an incoming webhook';
  }
  if (kind === 'mail' && Array.isArray(config['to'])) return config['to'].join(', ');
  return words.kindHints.analytics;
}

/** What it is told of, in words. */
export function filterText({ filter }: Pick<Subscription, 'filter'>): string {
  const parts = [
    filter.kinds?.map((kind) => words.recordKinds[kind].toLowerCase()).join(', '),
    filter.ops?.map((op) => words.ops[op]).join(' or '),
    filter.fields && `if ${filter.fields.join(' or ')} changed`,
    filter.connection_ids &&
      `from ${filter.connection_ids.length === 1 ? 'one connection' : `${filter.connection_ids.length} connections`}`,
    filter.stream_ids &&
      `of ${filter.stream_ids.length === 1 ? 'one stream' : `${filter.stream_ids.length} streams`}`,
    filter.where &&
      `${Object.keys(filter.where).length} ${Object.keys(filter.where).length === 1 ? 'condition' : 'conditions'}`,
  ].filter((part) => part !== undefined && part !== '');
  return parts.join(', ') || words.everything;
}
