import type { Row } from '../rows.ts';

/**
 * What the Linear of the sandbox keeps. `id` is the number of a row here; what clients see is `uuid`.
 * Times are ISO 8601 with milliseconds, as Linear's.
 */
export interface Entity extends Row {
  uuid: string;
}

export interface PersonRow extends Entity {
  name: string;
  /** The handle: unique in the workspace. */
  displayName: string;
  email: string;
  admin: boolean;
  active: boolean;
}

export interface TeamRow extends Entity {
  key: string;
  name: string;
  description: string;
  private: boolean;
  memberUuids: string[];
  /** The number the last issue got. */
  lastNumber: number;
}

export const stateTypes = [
  'triage',
  'backlog',
  'unstarted',
  'started',
  'completed',
  'canceled',
] as const;
export type StateType = (typeof stateTypes)[number];

export interface StateRow extends Entity {
  teamUuid: string;
  name: string;
  type: StateType;
  color: string;
  position: number;
}

export interface LabelRow extends Entity {
  /** Null for labels of the whole workspace. */
  teamUuid: string | null;
  name: string;
  color: string;
  /** A group holds labels and is put on no issue itself. */
  isGroup: boolean;
}

export interface IssueRow extends Entity {
  teamUuid: string;
  number: number;
  title: string;
  description: string | null;
  /** 0 none, 1 urgent, 2 high, 3 medium, 4 low. */
  priority: number;
  stateUuid: string;
  assigneeUuid: string | null;
  creatorUuid: string;
  labelUuids: string[];
  parentUuid: string | null;
  dueDate: string | null;
  startedTime: string | null;
  completedTime: string | null;
  canceledTime: string | null;
  archivedTime: string | null;
  trashed: boolean;
}

/** An access token and its refresh token; only hashes are kept. */
export interface GrantRow extends Row {
  /** All tokens that came out of one consent. */
  family: string;
  clientId: string;
  personUuid: string;
  scopes: string[];
  accessHash: string;
  accessEndsMs: number;
  refreshHash: string | null;
  refreshEndsMs: number;
  /** The refresh token was used: using it once more ends the family. */
  spent: boolean;
}

export interface WebhookRow extends Entity {
  url: string;
  label: string | null;
  enabled: boolean;
  secret: string;
  resourceTypes: string[];
  teamUuid: string | null;
  allPublicTeams: boolean;
  creatorUuid: string;
  /** Deliveries in a row that were given up. */
  failures: number;
}

/** One attempt to deliver. */
export interface AttemptRow extends Row {
  webhookUuid: string;
  delivery: string;
  event: string;
  action: string;
  attempt: number;
  status: number | null;
  payload: string;
}
