import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '#lib/core/index';
import { Collection, type TableEvents } from './collection.ts';
import type {
  CollaboratorRow,
  CommentRow,
  DeliveryRow,
  EmailRow,
  FormerIssueRow,
  HookRow,
  IssueRow,
  LabelRow,
  MilestoneRow,
  OrgRow,
  RepoRow,
  Row,
  TeamMemberRow,
  TeamRow,
  TokenRow,
  UserRow,
} from './rows.ts';

/**
 * Where ids start. GitHub's are long past 2^31 for issues and comments, so whoever keeps them in 32
 * bits finds out here.
 */
const firstIds: Record<string, number> = {
  'github.users': 13_400_117,
  'github.orgs': 98_201_330,
  'github.repos': 731_450_001,
  'github.issues': 2_540_000_301,
  'github.issue_events': 14_900_000_001,
  'github.labels': 6_310_000_101,
  'github.comments': 2_810_000_001,
  'github.milestones': 11_900_001,
  'sandbox.hooks': 480_200_001,
  'sandbox.deliveries': 184_000_000_001,
};

/** Whole seconds, UTC, as every time in GitHub's API. */
export const githubTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** How a provider writes times, and where the ids of its tables start. */
export interface StoreShape {
  time(ms: number): string;
  firstIds: Record<string, number>;
}

export interface StoreChange {
  table: string;
  id: number;
  row: Row | null;
}

export interface StoreImage {
  tables: Record<string, { nextId: number; rows: Row[] }>;
}

/** The rows as they were when a request first replaced them; webhooks tell `changes` from it. */
const beforeImages = new AsyncLocalStorage<Map<string, Row>>();

/** All tables, and the one place that hears of every write. Duck-typed to emulate's store. */
export class Store {
  readonly #tables = new Map<string, Collection<Row>>();
  readonly #data = new Map<string, unknown>();
  readonly #events: TableEvents;
  #listener: (change: StoreChange) => void = () => undefined;

  readonly #firstIds: Record<string, number>;

  /** Without a shape: GitHub's times and ids. */
  constructor(clock: Clock, shape: StoreShape = { time: githubTime, firstIds }) {
    this.#firstIds = shape.firstIds;
    this.#events = {
      now: () => shape.time(clock.now()),
      changed: (table, id, row) => this.#listener({ table, id, row }),
      replacing: (table, row) => {
        const images = beforeImages.getStore();
        const key = `${table}:${row.id}`;
        if (images && !images.has(key)) images.set(key, row);
      },
    };
  }

  onChange(listener: (change: StoreChange) => void): void {
    this.#listener = listener;
  }

  collection<T extends Row>(name: string, indexFields: readonly string[] = []): Collection<T> {
    const existing = this.#tables.get(name);
    if (existing) return existing as unknown as Collection<T>;
    const made = new Collection<T>(name, indexFields, this.#firstIds[name] ?? 1, this.#events);
    this.#tables.set(name, made as unknown as Collection<Row>);
    return made;
  }

  getData(key: string): unknown {
    return this.#data.get(key);
  }

  setData(key: string, value: unknown): void {
    this.#data.set(key, value);
  }

  image(): StoreImage {
    const tables: StoreImage['tables'] = {};
    for (const [name, table] of this.#tables) {
      tables[name] = { nextId: table.nextId, rows: table.all() };
    }
    return { tables };
  }

  /** Fills empty tables from an image; the tables must have been declared with their indexes. */
  load(image: StoreImage): void {
    for (const [name, { nextId, rows }] of Object.entries(image.tables)) {
      const table = this.collection(name);
      for (const row of rows) table.put(row);
      table.reserveUpTo(nextId);
    }
  }

  apply(change: StoreChange): void {
    const table = this.collection(change.table);
    if (change.row) table.put(change.row);
    else table.delete(change.id);
    table.reserveUpTo(change.id + 1);
  }

  clear(): void {
    for (const table of this.#tables.values()) for (const row of table.all()) table.delete(row.id);
    this.#data.clear();
  }
}

/** Runs one request so that `beforeImage` knows what it replaced. */
export function withBeforeImages<R>(work: () => R): R {
  return beforeImages.run(new Map(), work);
}

export function beforeImage<T extends Row>(table: string, id: number): T | undefined {
  return beforeImages.getStore()?.get(`${table}:${id}`) as T | undefined;
}

export interface Tables {
  users: Collection<UserRow>;
  orgs: Collection<OrgRow>;
  teams: Collection<TeamRow>;
  teamMembers: Collection<TeamMemberRow>;
  repos: Collection<RepoRow>;
  collaborators: Collection<CollaboratorRow>;
  issues: Collection<IssueRow>;
  labels: Collection<LabelRow>;
  milestones: Collection<MilestoneRow>;
  comments: Collection<CommentRow>;
  emails: Collection<EmailRow>;
  formerIssues: Collection<FormerIssueRow>;
  tokens: Collection<TokenRow>;
  hooks: Collection<HookRow>;
  deliveries: Collection<DeliveryRow>;
}

/** Names and indexes of the `github.` tables are emulate's; the `sandbox.` ones are ours. */
export function declareTables(store: Store): Tables {
  return {
    users: store.collection('github.users', ['login']),
    orgs: store.collection('github.orgs', ['login']),
    teams: store.collection('github.teams', ['org_id', 'slug']),
    teamMembers: store.collection('github.team_members', ['team_id', 'user_id']),
    repos: store.collection('github.repos', ['owner_id', 'full_name']),
    collaborators: store.collection('github.collaborators', ['repo_id', 'user_id']),
    issues: store.collection('github.issues', ['repo_id', 'number']),
    labels: store.collection('github.labels', ['repo_id']),
    milestones: store.collection('github.milestones', ['repo_id', 'number']),
    comments: store.collection('github.comments', ['repo_id']),
    emails: store.collection('sandbox.emails', ['user_id']),
    formerIssues: store.collection('sandbox.former_issues', ['repo_id']),
    tokens: store.collection('sandbox.tokens', ['hash', 'refresh_hash', 'login']),
    hooks: store.collection('sandbox.hooks', ['repo_id']),
    deliveries: store.collection('sandbox.deliveries', ['hook_id']),
  };
}
