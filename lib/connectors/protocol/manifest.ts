import type { Kind } from '#lib/kinds/index';
import type { AuthMode } from './auth.ts';
import type { WebhookManifest } from './webhook-manifest.ts';

/** Where a provider's OAuth and API live; an app or a connection may point these elsewhere. */
export interface AuthorizeEndpoints {
  /** Null where nobody authorises by OAuth. */
  authorizeUrl: string | null;
  tokenUrl: string | null;
  /** `{client_id}` stands for the app's client id; null where nothing can be revoked by address. */
  revokeUrl: string | null;
  apiBaseUrl: string;
  /** Web pages of the provider, for links shown to people. */
  webBaseUrl: string;
  /** Below `apiBaseUrl`, what says who we are, where only the person connecting knows it. */
  accountPath?: string;
}

/** How much a provider lets one account ask, before it has said so itself. */
export interface RateManifest {
  requests: number;
  perMs: number;
  /** Calls at one moment. */
  concurrent: number;
  /** Headers of its answers that the budget learns from; null where it sends none. */
  headers: {
    limit: string;
    remaining: string;
    reset: string;
    /** epoch_s, epoch_ms: a moment. delta_s: so many seconds from now. */
    resetUnit: 'epoch_s' | 'epoch_ms' | 'delta_s';
  } | null;
}

/** How objects of a resource are made, and how one made by mistake is taken back. */
export interface CreateManifest {
  /** Canonical fields `create` takes; what else is wanted follows by `update`. */
  fields: readonly string[];
  /** Those that must be there and not empty. */
  required: readonly string[];
  /** The provider knows a repeated `create` by the key of its guard: there is one object, however often it is asked. */
  isKeyed: boolean;
  /** Bounds of the provider's own on new objects of one account, beside its rate of all calls. */
  limits?: readonly { objects: number; perMs: number }[];
  /** What `takeBack` does there, in a word for people. */
  takeBack: 'delete' | 'archive' | 'close';
}

/** One kind of thing that can be read as a stream. */
export interface ResourceManifest {
  name: string;
  kind: Kind;
  title: string;
  /** What the scope of a stream of it is called ("repository"). */
  scopeTitle: string;
  /** Canonical fields that can be written there; empty: read only. */
  writable: readonly string[];
  /** For a writable field that takes fewer values than its kind has: the values it takes. */
  writableValues: Readonly<Record<string, readonly string[]>>;
  /** Writable fields that are lists in the kind, and hold one item at most there. */
  holdsOne?: readonly string[];
  /** Null or absent: objects of it cannot be made from here. */
  creates?: CreateManifest;
  /** `update` gives the provider the key of its guard, and a repeated write has one effect. */
  keyedWrites?: true;
  /**
   * A backfill lists every object of the scope, so that one it does not list is looked for, and
   * believed to be deleted when it is not there.
   */
  listsAll?: true;
}

/** Facts about a connector, as data. Client-safe: the catalogue page reads it. */
export interface ConnectorManifest {
  name: string;
  provider: string;
  /** One sentence for the catalogue. */
  summary: string;
  category: 'development' | 'messaging' | 'payments' | 'projects' | 'generic';
  /** How an account is connected; at least one, the preferred first, no kind twice. */
  auth: readonly AuthMode[];
  endpoints: AuthorizeEndpoints;
  /**
   * Hosts of the provider's own service a credential may go to, without ports. A connection to a
   * self-hosted instance or to the sandbox may reach the host of its own base address and no other.
   */
  hosts: readonly string[];
  /**
   * Where the API lies below the web address of a self-hosted instance ('' for the same place); its
   * other addresses keep their paths. Null where the provider cannot be self-hosted.
   */
  selfHostedApiPath: string | null;
  rate: RateManifest;
  /** Null where the provider posts nothing. */
  webhook: WebhookManifest | null;
  resources: readonly ResourceManifest[];
  /** Names `ConnectorApi.lookup` answers ("users", "labels"). */
  lookups: readonly string[];
  /** What it honestly cannot do. */
  gaps: readonly string[];
}
