import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '#lib/core/index';
import type { AuthorizationCodes } from '../authorization-codes.ts';
import type { Collection } from '../collection.ts';
import type { DeliveryLanes } from '../delivery-lanes.ts';
import type { OauthApp } from '../options.ts';
import { mountOf } from '../provider-double.ts';
import type { Row } from '../rows.ts';
import { Store } from '../store.ts';

export const mount = mountOf('slack');
export const team = { id: 'T0NORTHW1', name: 'Northwind Pumps', domain: 'northwind' };

export interface PersonRow extends Row {
  key: string;
  name: string;
  realName: string;
  /** The app a bot belongs to. */
  clientId: string | null;
}

export interface ChannelRow extends Row {
  key: string;
  name: string;
  topic: string;
  isPrivate: boolean;
  isArchived: boolean;
  /** Ids of people and bots. */
  members: string[];
  created: number;
}

export interface MessageRow extends Row {
  /** channel and ts, which together name it. */
  key: string;
  channel: string;
  ts: string;
  user: string;
  text: string;
  /** The first message of the thread it answers. */
  thread: string | null;
  editedTs: string | null;
  reactions: { name: string; users: string[] }[];
  /** What an app hung on its message, as it sent it. */
  metadata?: Record<string, unknown> | null;
  /** Deleted, and still there because others have answered it. */
  isStone?: boolean;
}

/** What the operator of an app has set at Slack. */
export interface AppRow extends Row {
  clientId: string;
  appId: string;
  botUser: string;
  botId: string;
  signingSecret: string;
  requestUrl: string | null;
}

export interface TokenRow extends Row {
  hash: string;
  clientId: string;
  scopes: string[];
  endsMs: number | null;
  refreshHash: string | null;
  revoked: boolean;
}

export interface DeliveryRow extends Row {
  clientId: string;
  eventId: string;
  type: string;
  attempt: number;
  /** 0: nobody answered in time. */
  status_code: number;
}

export interface Tables {
  people: Collection<PersonRow>;
  channels: Collection<ChannelRow>;
  messages: Collection<MessageRow>;
  apps: Collection<AppRow>;
  tokens: Collection<TokenRow>;
  deliveries: Collection<DeliveryRow>;
}

export const settingsSchema = z.strictObject({
  seed: z
    .strictObject({
      random: z.int().default(77),
      messages: z.int().min(0).max(50_000).default(400),
    })
    .prefault({}),
  /** Slack tries at once, after a minute and after five; here the waits are short, in milliseconds. */
  retryMs: z.array(z.int().min(1).max(3_600_000)).max(5).default([500, 5_000, 30_000]),
  /** Calls of one method a minute; Slack allows some 50 of those that matter. */
  callsPerMinute: z.int().min(1).max(100_000).default(600),
  /** Slack's twelve hours, for apps that rotate their tokens. */
  accessSeconds: z.int().min(1).default(43_200),
});
export type SlackSettings = z.output<typeof settingsSchema>;

export interface SlackWorld {
  clock: Clock;
  store: Store;
  tables: Tables;
  lanes: DeliveryLanes;
  codes: AuthorizationCodes;
  settings: SlackSettings;
  registered: OauthApp[];
  /** Base of the pages, as people see it. */
  pagesUrl: string;
  /** Counts a call; the seconds to wait when there were too many. */
  take(token: string, method: string): number | null;
  nextTs(): string;
}

export function createStore(clock: Clock): { store: Store; tables: Tables } {
  const store = new Store(clock, { time: (ms) => new Date(ms).toISOString(), firstIds: {} });
  const tables: Tables = {
    people: store.collection('slack.people', ['key']),
    channels: store.collection('slack.channels', ['key', 'name']),
    messages: store.collection('slack.messages', ['key', 'channel']),
    apps: store.collection('slack.apps', ['clientId']),
    tokens: store.collection('slack.tokens', ['hash', 'refreshHash']),
    deliveries: store.collection('slack.deliveries', ['eventId']),
  };
  return { store, tables };
}

/** Times that are names as well: no two messages of the workspace share one. */
export function createTsClock(clock: Clock): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.floor(clock.now() * 1_000));
    return tsOf(last);
  };
}

export const tsOf = (micros: number): string =>
  `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;

export const microsOf = (ts: string): number => {
  const [seconds = '0', micros = ''] = ts.split('.');
  return Number(seconds) * 1_000_000 + Number(micros.padEnd(6, '0').slice(0, 6));
};

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** `U`, `C`, `A` or `B` and ten letters. */
export const newId = (prefix: string): string =>
  prefix + [...randomBytes(10)].map((byte) => letters[byte % letters.length]).join('');
