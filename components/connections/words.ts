import { formatCount } from '@/components/ui/format-number';
import type { Connection } from '@/lib/connections/schema';

/** All text of the Connections pages. */
export const words = {
  title: 'Connections',
  one: 'Connection',
  connect: 'Connect a service',
  didNotWork: 'That did not work',
  checkFailed: 'The connection does not work',
  checked: 'The connection works',
  givenBack: 'given back',
  records: (count: number) => `${formatCount(count)} ${count === 1 ? 'record' : 'records'}`,
  fresh: (time: string) => `fresh within ${time}`,
  reading: (done: string, total: string | null) =>
    `first read: ${done}${total === null ? '' : ` of ${total}`} records`,
  runs: {
    backfill: 'Reading everything',
    poll: 'Reading changes',
    unit: 'records',
    pause: 'Pause',
    resume: 'Resume',
    cancel: 'Cancel',
  },
  streams: {
    pause: 'Pause',
    goOn: 'Go on',
    readAgain: 'Read everything again',
    paused: (name: string) => `${name} is paused`,
    pausedHint: 'Webhooks are kept; going on catches up.',
  },
  receipt: {
    title: 'Receipt of the disconnection',
    stopped: 'Syncing stopped',
    webhooks: (count: number) =>
      count === 0
        ? 'There was no webhook to remove'
        : count === 1
          ? 'The webhook was removed'
          : `${count} webhooks were removed`,
    webhooksLeft: (count: number) => `${count} could not be removed: do it at the service`,
    revoked: (service: string) => `The authorisation was revoked at ${service}`,
    notRevoked: (service: string) => `${service} did not revoke the authorisation: do it there`,
    wasInvalid: 'It was not valid any more.',
    erased: 'The credential was erased here',
    kept: 'Records and their history stay',
  },
  statuses: {
    active: 'connected',
    needs_reauth: 'needs sign-in',
    paused: 'paused',
    disconnecting: 'disconnecting',
    disconnected: 'disconnected',
  } satisfies Record<Connection['status'], string>,
  phases: {
    waiting: 'waiting to start',
    backfill: 'first read',
    live: 'live',
    paused: 'paused',
    failed: 'stopped',
  },
  delivery: {
    webhook: 'Webhooks: changes arrive as they happen',
    poll: 'Polling: the service is asked again and again, with conditional requests',
  },
  notDelivered: 'Nothing arrives: the connection has ended.',
  noWebhook: 'No webhook is registered; reading everything again registers one.',
  empty: {
    title: 'Nothing is connected yet',
    body: 'Connect GitHub, choose a repository, and its issues live here and there at once.',
  },
  failed: 'The connections could not be read',
  catalogue: {
    title: 'Connect a service',
    search: 'Search services',
    none: 'No connector has these words.',
    can: (fields: readonly string[]) =>
      fields.length > 0 ? `read, and written: ${fields.join(', ')}` : 'read only',
    needsApp: 'An OAuth app of this service must be set up first.',
    setUp: 'Set it up',
    preset: 'The sandbox stands in for the service; nothing leaves this machine.',
  },
  scopes: {
    title: 'Choose what to keep in step',
    search: 'Search repositories',
    add: 'Keep in step',
    added: 'already here',
    empty: 'The account sees no repository.',
    failed: 'The service did not say what there is',
    asOf: 'As of',
    refreshing: 'Asking the service again',
    refresh: 'Ask again',
    notRefreshed: 'The service was not asked again',
  },
  disconnect: {
    action: 'Disconnect',
    body: 'Syncing stops, webhooks are removed, the authorisation is revoked at the service and the credential erased. Records stay.',
  },
} as const;
