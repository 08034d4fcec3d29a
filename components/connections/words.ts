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
  unreadable: (count: number) => `${formatCount(count)} with a value that cannot be held here`,
  records: (count: number) => `${formatCount(count)} ${count === 1 ? 'record' : 'records'}`,
  fresh: (time: string) => `fresh within ${time}`,
  reading: (done: string, total: string | null) =>
    `first read: ${done}${total === null ? '' : ` of ${total}`} records`,
  abilities: {
    names: { read: 'Read', write: 'Write', webhooks: 'Webhooks' },
    states: { granted: 'granted', refused: 'not granted', not_asked: 'not asked for' },
    ask: 'Ask for it',
    needs: (scopes: readonly string[]) => `Needs ${scopes.join(', ')}`,
  },
  runs: {
    backfill: 'Reading everything',
    poll: 'Reading changes',
    open: 'What happened to this run',
    last: 'last run',
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
  byHand: {
    missing:
      'Its events can come in at once: paste the app’s signing secret in Settings, and our address at the service.',
    waiting:
      'The signing secret is kept, and no event has come yet: paste our address at the service.',
    open: 'Set up its events',
  },
  scopeOf: ({ scope_key, scope_name }: Connection['webhooks'][number]) =>
    scope_name ?? (scope_key === '*' ? 'The whole account' : scope_key),
  /** Of the service: what it says of times is set right by it. */
  clock: {
    label: 'Its clock',
    unknown: 'not measured yet',
    unsure: 'not known well enough',
    close: 'as ours, within seconds',
    ahead: (amount: string) => `about ${amount} ahead of ours`,
    behind: (amount: string) => `about ${amount} behind ours`,
    hint: 'Where the later change wins, its times are corrected by that.',
  },
  notDelivered: 'Nothing arrives: the connection has ended.',
  noWebhook: 'No webhook is registered at the moment; it is tried again by itself.',
  empty: {
    title: 'Nothing is connected yet',
    body: 'Connect a service, choose what to follow, and it lives here and there at once.',
  },
  failed: 'The connections could not be read',
  catalogue: {
    title: 'Connect a service',
    search: 'Search services',
    none: 'No connector has these words.',
    can: (fields: readonly string[]) =>
      fields.length > 0 ? `read, and written: ${fields.join(', ')}` : 'read only',
    category: 'Kind of service',
    categories: {
      all: 'All',
      development: 'Development',
      messaging: 'Messaging',
      payments: 'Payments',
      projects: 'Projects',
      generic: 'Any service',
    } as Record<string, string>,
    gaps: 'What it cannot do',
    back: 'All services',
    connecting: (provider: string) => `Connect ${provider}`,
    enter: {
      api_key: 'Connect with a key',
      basic: 'Connect with a password',
      webhook: 'Get an address',
    },
    needsApp: 'An OAuth app of this service must be set up first.',
    setUp: 'Set it up',
    preset: 'The sandbox stands in for the service; nothing leaves this machine.',
  },
  connectForm: {
    sandbox: 'The sandbox beside this hub, not the real service',
    doesNotFit: (what: string) => `This does not look right: it ${what}.`,
    failed: (provider: string) => `${provider} was not connected`,
    submit: 'Check and connect',
    promise: (provider: string) =>
      `${provider} is asked whose it is before anything is kept. It is stored sealed; nobody can read it again.`,
    open: (provider: string) => `Open ${provider}`,
    openSandbox: 'Open the sandbox',
  },
  permissions: {
    title: 'What it must be allowed, and no more',
    read: 'To read',
    write: 'To write',
    webhooks: 'For webhooks',
  },
  conformance: {
    none: 'nothing proven yet',
    score: (proven: number, all: number) => `${proven} of ${all} proven`,
    title: 'What has been proven',
    against: {
      'our double': 'our double',
      'captured payloads': 'captured payloads',
      'the real service': 'the real service',
      unproven: 'not proven',
    },
    proofs: {
      'our double': 'against our double',
      'captured payloads': 'against captured payloads',
      'the real service': 'against the real service',
      unproven: 'claimed, not proven',
    },
  },
  reconnect: {
    action: 'Reconnect',
    notStarted: 'Reconnecting did not start',
    title: (account: string) => `Reconnect ${account}`,
    hint: 'The same account again: its streams, and edits that wait, stay as they are.',
    done: 'Connected again',
  },
  scopes: {
    title: 'Choose what to keep in step',
    resource: 'What to read',
    search: (thing: string) => `Search by ${thing}`,
    choose: (thing: string) => `Choose a${/^[aeiou]/.test(thing) ? 'n' : ''} ${thing}`,
    nothing: 'Nothing is kept in step yet',
    nothingHint: 'What is chosen is read once, then follows every change.',
    add: 'Keep in step',
    added: 'already here',
    empty: (thing: string) => `The account sees no ${thing}.`,
    failed: 'The service did not say what there is',
    asOf: 'As of',
    refreshing: 'Asking the service again',
    refresh: 'Ask again',
    notRefreshed: 'The service was not asked again',
  },
  reauth: {
    title: (service: string, account: string) => `${service} (${account}) must be connected again`,
    cause: 'The service does not accept the credential any more.',
    since: 'Since',
    kept: 'Edits are kept and sent afterwards.',
    askAdmin: 'Edits are kept; owners and admins can connect it again.',
    reconnect: 'Reconnect',
    look: 'Look',
  },
  disconnect: {
    action: 'Disconnect',
    body: 'Syncing stops, webhooks are removed, the authorisation is revoked at the service and the credential erased. Records stay.',
  },
} as const;
