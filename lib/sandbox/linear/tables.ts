import { createHash } from 'node:crypto';
import type { Clock } from '#lib/core/index';
import type { Collection } from '../collection.ts';
import { Store } from '../store.ts';
import type {
  AttemptRow,
  Entity,
  GrantRow,
  IssueRow,
  LabelRow,
  PersonRow,
  StateRow,
  TeamRow,
  WebhookRow,
} from './rows.ts';

export interface LinearTables {
  people: Collection<PersonRow>;
  teams: Collection<TeamRow>;
  states: Collection<StateRow>;
  labels: Collection<LabelRow>;
  issues: Collection<IssueRow>;
  grants: Collection<GrantRow>;
  webhooks: Collection<WebhookRow>;
  attempts: Collection<AttemptRow>;
}

export const openStore = (clock: Clock): Store =>
  new Store(clock, { time: (ms) => new Date(ms).toISOString(), firstIds: {} });

export function declareLinearTables(store: Store): LinearTables {
  return {
    people: store.collection('linear.people', ['uuid', 'displayName']),
    teams: store.collection('linear.teams', ['uuid', 'key']),
    states: store.collection('linear.states', ['uuid', 'teamUuid']),
    labels: store.collection('linear.labels', ['uuid', 'teamUuid']),
    issues: store.collection('linear.issues', ['uuid', 'teamUuid', 'parentUuid']),
    grants: store.collection('linear.grants', ['accessHash', 'refreshHash', 'family']),
    webhooks: store.collection('linear.webhooks', ['uuid', 'teamUuid']),
    attempts: store.collection('linear.attempts', ['webhookUuid']),
  };
}

/** Made from the table and the number of the row, so that the same seed gives the same ids. */
export function uuidOf(table: string, id: number): string {
  const hex = createHash('sha256').update(`${table}:${id}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

type NewEntity<T extends Entity> = Omit<T, 'id' | 'uuid' | 'created_at' | 'updated_at'>;

export function insertEntity<T extends Entity>(
  table: Collection<T>,
  name: string,
  data: NewEntity<T>,
  chosenId: string | null = null,
): T {
  const uuid = chosenId ?? uuidOf(name, table.nextId);
  return table.insert({ ...data, uuid } as unknown as Omit<T, 'id' | 'created_at' | 'updated_at'>);
}
