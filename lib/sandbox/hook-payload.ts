import { emulatedOrigin, rewriteLinks } from './links.ts';
import type { CommentRow, IssueRow, LabelRow, OrgRow, RepoRow } from './rows.ts';
import { beforeImage } from './store.ts';
import type { World } from './world.ts';

type Payload = Record<string, unknown>;

const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** emulate's payload made into the one GitHub sends; compare @octokit/webhooks-examples. */
export function completePayload(
  world: World,
  event: string,
  action: string | undefined,
  payload: unknown,
  repo: RepoRow,
): Payload {
  const full: Payload = isObject(payload) ? { ...payload } : {};
  if (action === 'edited') full['changes'] = changesOf(event, full);
  const label = full['label'];
  if (event === 'issues' && isObject(label)) full['label'] = wholeLabel(world, repo, label);
  const issue = full['issue'];
  if (action === 'milestoned' && isObject(issue)) full['milestone'] = issue['milestone'];
  if (isObject(full['repository'])) full['repository'] = hookRepository(full['repository']);
  const organization = organizationOf(world, repo);
  const sender = full['sender'];
  delete full['sender'];
  const ordered = { ...full, ...(organization ? { organization } : {}), sender };
  return rewriteLinks(ordered, world.ownLinks) as Payload;
}

/** `changes` holds the old value of each field that changed, and nothing else. */
function changesOf(event: string, payload: Payload): Payload {
  if (event === 'issues')
    return differences<IssueRow>('github.issues', payload['issue'], ['title', 'body']);
  if (event === 'issue_comment') {
    return differences<CommentRow>('github.comments', payload['comment'], ['body']);
  }
  if (event === 'label') {
    return differences<LabelRow>('github.labels', payload['label'], [
      'name',
      'color',
      'description',
    ]);
  }
  return {};
}

function differences<T extends { id: number; created_at: string; updated_at: string }>(
  table: string,
  now: unknown,
  fields: (keyof T & string)[],
): Payload {
  if (!isObject(now) || typeof now['id'] !== 'number') return {};
  const before = beforeImage<T>(table, now['id']);
  if (!before) return {};
  return Object.fromEntries(
    fields
      .filter((field) => before[field] !== now[field])
      .map((field) => [field, { from: before[field] }]),
  );
}

function wholeLabel(world: World, repo: RepoRow, label: Payload): Payload {
  const row = world.tables.labels
    .findBy('repo_id', repo.id)
    .find((candidate) => candidate.name === label['name']);
  return row ? formatLabel(row, repo) : label;
}

function formatLabel(row: LabelRow, repo: RepoRow): Payload {
  return {
    id: row.id,
    node_id: row.node_id,
    url: `${emulatedOrigin}/repos/${repo.full_name}/labels/${encodeURIComponent(row.name)}`,
    name: row.name,
    color: row.color,
    default: row.default,
    description: row.description,
  };
}

/** Webhooks carry no rights of a reader and no merge settings. */
const notInHooks = new Set([
  'permissions',
  'allow_rebase_merge',
  'allow_squash_merge',
  'allow_merge_commit',
  'allow_auto_merge',
  'delete_branch_on_merge',
]);

function hookRepository(repository: Payload): Payload {
  const kept = Object.entries(repository).filter(([key]) => !notInHooks.has(key));
  return { ...Object.fromEntries(kept), web_commit_signoff_required: false, custom_properties: {} };
}

function organizationOf(world: World, repo: RepoRow): Payload | null {
  const org: OrgRow | undefined =
    repo.owner_type === 'Organization' ? world.tables.orgs.get(repo.owner_id) : undefined;
  if (!org) return null;
  const url = `${emulatedOrigin}/orgs/${org.login}`;
  return {
    login: org.login,
    id: org.id,
    node_id: org.node_id,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${emulatedOrigin}/avatars/o/${org.login}`,
    description: org.description,
  };
}
