import type { ConnectorManifest } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';

/** What a simulated service offers, and how it behaves. */
export interface RemoteSwitches {
  name: string;
  seed: number;
  /** Refuses a change of a state that is not the one it was made against. Needs `ordered`. */
  cas: boolean;
  /** Knows a repeated write by its key. */
  keyed: boolean;
  /** States carry a version; otherwise the time of the change, in whole seconds. */
  ordered: boolean;
  /** Polls tell of deletions; otherwise what is gone is only missing from lists. */
  tombstones: boolean;
  /** Polls go on from a token that it may forget; otherwise from a time, inclusively. */
  tokens: boolean;
  /** How lists are paged: by the last id, or by a number of rows, which drifts. */
  paging: 'keyset' | 'offset';
  pageSize: number;
  /** What is said while an object is made; its state follows. */
  creatable: readonly string[];
  /** The form it gives to a value of a field. */
  canonical: Readonly<Record<string, (value: Json) => Json>>;
}

export const plain: RemoteSwitches = {
  name: 'left',
  seed: 1,
  cas: false,
  keyed: false,
  ordered: false,
  tombstones: false,
  tokens: false,
  paging: 'keyset',
  pageSize: 100,
  creatable: ['title', 'body', 'labels', 'parent'],
  canonical: {},
};

const squeeze = (value: string): string => value.replace(/ +/g, ' ').trim();

/** Titles in lower case without double spaces, labels in lower case: a service with a will of its own. */
export const lowering: RemoteSwitches['canonical'] = {
  title: (value) => (typeof value === 'string' ? squeeze(value).toLowerCase() : value),
  labels: (value) =>
    Array.isArray(value) ? [...new Set(value.map(String).map((item) => item.toLowerCase()))] : [],
};

/** Titles in upper case: together with `lowering` it would never rest. */
export const raising: RemoteSwitches['canonical'] = {
  title: (value) => (typeof value === 'string' ? squeeze(value).toUpperCase() : value),
};

export const remoteFields = ['title', 'body', 'state', 'labels', 'parent'];

export function manifestOf(switches: RemoteSwitches): ConnectorManifest {
  return {
    name: 'fake',
    provider: 'Simulated',
    summary: 'A service in memory with a clock of its own.',
    category: 'generic',
    auth: [],
    endpoints: {
      authorizeUrl: null,
      tokenUrl: null,
      revokeUrl: null,
      apiBaseUrl: 'https://api.simulated.example',
      webBaseUrl: 'https://simulated.example',
    },
    rate: { requests: 5_000, perMs: 3_600_000, concurrent: 100, headers: null },
    webhook: null,
    resources: [
      {
        name: 'issues',
        kind: 'task',
        title: 'Issues',
        scopeTitle: 'project',
        writable: remoteFields,
        writableValues: { state: ['open', 'done', 'cancelled'] },
        listsAll: true,
        creates: {
          fields: switches.creatable,
          required: ['title'],
          isKeyed: switches.keyed,
          takeBack: 'delete' as const,
        },
        ...(switches.keyed ? { keyedWrites: true as const } : {}),
      },
    ],
    hosts: [],
    selfHostedApiPath: null,
    lookups: [],
    gaps: [],
  };
}
