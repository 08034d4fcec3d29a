import { formatCount } from '@/components/ui/format-number';

/** All text of the System page. */
export const words = {
  title: 'System',
  version: (version: string) => `version ${version}`,
  parts: 'Parts',
  asking: 'Asking every part',
  failed: 'The hub does not say how it is',
  status: { ok: 'works', starting: 'is starting', degraded: 'is slow', down: 'is down' },
  about: {
    database: { name: 'Database', does: 'PostgreSQL: keeps everything, and who may see it' },
    web: { name: 'Web', does: 'Pages and the API' },
    worker: { name: 'Worker', does: 'Reads services, applies webhooks, sends edits' },
    supabase: { name: 'Supabase', does: 'REST and Realtime for browsers and your own code' },
    services: { name: 'Services', does: 'What the workspaces are connected to' },
    sandbox: { name: 'Sandbox', does: 'Stands in for the services while you try things' },
  } as Record<string, { name: string; does: string } | undefined>,
  mailbox: 'Mailbox',
  work: 'Work',
  workFailed: 'The figures could not be read',
  figures: {
    position: { label: 'Change log', hint: 'changes since the beginning, without a gap' },
    rate: { label: 'Changes a minute', hint: 'by people and services, first reads left out' },
    waiting: { label: 'Webhooks waiting', hint: 'received and not yet applied' },
    dead: { label: 'Webhooks given up', hint: 'every attempt failed; they can be replayed' },
    freshness: { label: 'Freshness', hint: 'median from webhook to record, last hour' },
  },
  cache: {
    title: 'Cache',
    none: 'Nothing has been looked up since the web process started.',
    topics: { scopes: 'What can be followed', lookup: 'Names to choose from' } as Record<
      string,
      string | undefined
    >,
    detail: ({ fresh, stale, missed }: { fresh: number; stale: number; missed: number }) =>
      `${formatCount(fresh)} kept, ${formatCount(stale)} shown old and refreshed, ${formatCount(missed)} asked`,
    rate: (part: number) => `${Math.round(part * 100)} %`,
  },
  none: '–',
  count: formatCount,
} as const;
