/**
 * The rows this room reads and writes itself. The emulator keeps more fields in them than are named
 * here and more tables than these; both pass through untouched.
 */
export interface Row {
  id: number;
  created_at: string;
  updated_at: string;
}

export interface UserRow extends Row {
  login: string;
  node_id: string;
  name: string | null;
  email: string | null;
  bio: string | null;
  type: string;
}

export interface OrgRow extends Row {
  login: string;
  node_id: string;
  name: string | null;
  description: string | null;
}

export interface RepoRow extends Row {
  name: string;
  full_name: string;
  owner_id: number;
  owner_type: 'User' | 'Organization';
  private: boolean;
  description: string | null;
  open_issues_count: number;
}

type IssueState = 'open' | 'closed';
export type StateReason = 'completed' | 'not_planned' | 'reopened';

export interface IssueRow extends Row {
  node_id: string;
  number: number;
  repo_id: number;
  title: string;
  body: string | null;
  state: IssueState;
  state_reason: StateReason | null;
  locked: boolean;
  active_lock_reason: string | null;
  user_id: number;
  assignee_ids: number[];
  label_ids: number[];
  milestone_id: number | null;
  comments: number;
  closed_at: string | null;
  closed_by_id: number | null;
  is_pull_request: boolean;
}

/** The number of an issue that was deleted, or transferred to become another one. */
export interface FormerIssueRow extends Row {
  repo_id: number;
  number: number;
  moved_to: number | null;
}

export interface LabelRow extends Row {
  node_id: string;
  repo_id: number;
  name: string;
  description: string | null;
  color: string;
  default: boolean;
}

export interface MilestoneRow extends Row {
  node_id: string;
  repo_id: number;
  number: number;
  title: string;
  description: string | null;
  state: IssueState;
  creator_id: number;
  open_issues: number;
  closed_issues: number;
  due_on: string | null;
  closed_at: string | null;
}

export interface CommentRow extends Row {
  node_id: string;
  repo_id: number;
  issue_number: number | null;
  pull_number: number | null;
  commit_sha: string | null;
  body: string;
  user_id: number;
  in_reply_to_id: number | null;
  path: string | null;
  position: number | null;
  line: number | null;
  side: string | null;
  subject_type: string | null;
  review_id: number | null;
  comment_type: 'issue' | 'review' | 'commit';
}

export interface CollaboratorRow extends Row {
  repo_id: number;
  user_id: number;
  permission: Permission;
}

export interface TeamMemberRow extends Row {
  team_id: number;
  user_id: number;
}

export interface TeamRow extends Row {
  org_id: number;
}

/** GitHub's five steps, from the weakest on. */
export const permissions = ['pull', 'triage', 'push', 'maintain', 'admin'] as const;
export type Permission = (typeof permissions)[number];

/** An e-mail address as /user/emails tells it. */
export interface EmailRow extends Row {
  user_id: number;
  email: string;
  primary: boolean;
  verified: boolean;
}

/** An issued access token; only hashes are kept. */
export interface TokenRow extends Row {
  hash: string;
  login: string;
  client_id: string;
  scopes: string[];
  expires_at: string | null;
  refresh_hash: string | null;
  refresh_expires_at: string | null;
}

export interface HookRow extends Row {
  repo_id: number;
  active: boolean;
  events: string[];
  url: string;
  content_type: 'json' | 'form';
  insecure_ssl: string;
  secret: string | null;
  last_response: { code: number | null; status: string; message: string | null };
}

export interface DeliveryRow extends Row {
  hook_id: number;
  guid: string;
  event: string;
  action: string | null;
  repository_id: number;
  redelivery: boolean;
  url: string;
  request_headers: Record<string, string>;
  payload: string;
  delivered_at: string;
  /** Seconds, as GitHub reports it. */
  duration: number;
  status: string;
  status_code: number;
  response_headers: Record<string, string>;
  response_payload: string;
}
