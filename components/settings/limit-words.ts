import { formatCount } from '@/components/ui/format-number';
import type { InboundLimit, InboundLimits } from '@/lib/resilience/schema';

const places: Record<InboundLimits['counted_in'], string> = {
  memory: 'Counted in the memory of each process',
  postgres: 'Counted in PostgreSQL, for all processes together',
  redis: 'Counted in Redis, for all processes together',
  upstash: 'Counted in Upstash, for all processes together',
};
const subjects: Record<InboundLimit['per'], string> = {
  address: 'an address',
  session: 'a session',
  user: 'a person',
  workspace: 'the workspace',
  source: 'an endpoint',
};

/** All text of Settings → Limits. */
export const limitWords = {
  title: 'Limits on requests that come in',
  reading: 'Reading the limits',
  failed: 'The limits cannot be shown',
  place: (where: InboundLimits['counted_in']): string => places[where],
  pace: ({ limit, window_seconds, per }: InboundLimit): string =>
    `${formatCount(limit)} in ${window_seconds} s from ${subjects[per]}`,
  usual: (usual: number): string => `usually ${formatCount(usual)}`,
  closed: 'refuses when it cannot be counted',
  change: 'Change',
  changeOf: (name: string): string => `Change the limit “${name}”`,
  amount: (seconds: number): string => `Requests in ${seconds} s`,
  bounds: ({ least, most }: { least: number; most: number }): string =>
    `Between ${formatCount(least)} and ${formatCount(most)}`,
  save: 'Save',
  cancel: 'Cancel',
  back: 'Use the usual one',
} as const;
