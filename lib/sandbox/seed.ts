import { between, type Chance, pick, seededChance, weighted } from './chance.ts';
import type { GithubPluginModule } from './emulate-plugin.ts';
import { emulatedOrigin } from './links.ts';
import type { SeedOptions } from './options.ts';
import type { CommentRow, IssueRow, RepoRow, Row, StateReason, UserRow } from './rows.ts';
import { labels, organisation, people } from './seed-people.ts';
import { draftComment, draftIssue, labelsOfTitle, labelsOfTopic } from './seed-texts.ts';
import { apiWords, type Vocabulary, webWords } from './seed-words.ts';
import { githubTime } from './store.ts';
import type { World } from './world.ts';

const dayMs = 86_400_000;
/** How far back the first issue lies: eighteen months. */
const historyDays = 548;

const repositories = [
  {
    name: 'api',
    description: 'The public API: bookings, tracking, invoices.',
    language: 'TypeScript',
    private: false,
  },
  { name: 'web', description: 'The customer portal.', language: 'TypeScript', private: false },
  {
    name: 'payroll',
    description: 'Internal. Not for everybody.',
    language: 'TypeScript',
    private: true,
  },
];

/** Fills an empty store. The same options give the same repository, dated back from the clock's day. */
export function seedWorld(world: World, plugin: GithubPluginModule, options: SeedOptions): void {
  const chance = seededChance(options.random);
  plugin.seedFromConfig(world.store, emulatedOrigin, {
    users: people.map(({ login, name, email, bio, location }) => ({
      login,
      name,
      email,
      bio,
      location,
    })),
    orgs: [{ ...organisation, members: [] }],
    repos: repositories.map((repo) => ({ owner: organisation.login, ...repo })),
  });
  const now = world.clock.now();
  const founded = githubTime(now - (historyDays + 200) * dayMs);
  backdate(world.tables.users, founded);
  backdate(world.tables.orgs, founded);
  backdate(world.tables.repos, founded);
  seedAccounts(world);
  seedRepository(world, chance, 'api', options.issues, apiWords, now);
  seedRepository(world, chance, 'web', options.webIssues, webWords, now);
  seedRepository(world, chance, 'payroll', 3, webWords, now);
}

function backdate<T extends Row>(table: { all(): T[]; put(row: T): void }, time: string): void {
  for (const row of table.all()) table.put({ ...row, created_at: time, updated_at: time });
}

function seedAccounts(world: World): void {
  const { tables } = world;
  for (const person of people) {
    const user = tables.users.findOneBy('login', person.login);
    if (!user) continue;
    const own = { user_id: user.id, email: person.email, primary: true, verified: person.verified };
    tables.emails.insert(own);
    const hidden = `${user.id}+${person.login}@users.noreply.github.example`;
    tables.emails.insert({ user_id: user.id, email: hidden, primary: false, verified: true });
    for (const repo of tables.repos.all()) {
      const invited = !repo.private || person.permission === 'admin';
      if (person.permission === null || !invited) continue;
      const row = { repo_id: repo.id, user_id: user.id, permission: person.permission };
      tables.collaborators.insert(row);
    }
  }
}

function seedRepository(
  world: World,
  chance: Chance,
  name: string,
  count: number,
  words: Vocabulary,
  now: number,
): void {
  const repo = world.tables.repos.findOneBy('full_name', `${organisation.login}/${name}`);
  if (!repo) return;
  const labelIds = seedLabels(world, repo);
  const milestoneIds = seedMilestones(world, repo);
  const titles = new Set<string>();
  const span = historyDays * dayMs;
  for (let number = 1; number <= count; number += 1) {
    // Issues come a little faster every month; the newest is some hours old.
    const share = Math.sqrt(number / (count + 1));
    const createdMs = now - span * (1 - share) - between(chance, 1, 6) * 3_600_000;
    const context = { world, chance, repo, words, labelIds, milestoneIds, now };
    seedIssue(context, number, Math.min(createdMs, now - 3_600_000), titles);
  }
  countMilestones(world, repo);
  const open = world.tables.issues.findBy('repo_id', repo.id).filter((row) => row.state === 'open');
  world.tables.repos.put({ ...repo, open_issues_count: open.length, updated_at: githubTime(now) });
}

interface SeedContext {
  world: World;
  chance: Chance;
  repo: RepoRow;
  words: Vocabulary;
  labelIds: Map<string, number>;
  milestoneIds: number[];
  now: number;
}

function seedIssue(
  context: SeedContext,
  number: number,
  createdMs: number,
  titles: Set<string>,
): void {
  const { world, chance, repo, labelIds, milestoneIds, now } = context;
  const draft = freshDraft(context, titles);
  const names = new Set([...labelsOfTopic[draft.topic], ...labelsOfTitle(draft.title)]);
  if (chance() < 0.12) names.add('customer');
  if (chance() < 0.08) names.add('good first issue');
  const age = (now - createdMs) / (historyDays * dayMs);
  const closed = chance() < 0.35 + age * 0.5;
  const closedMs = closed ? createdMs + (now - createdMs) * chance() * 0.8 : null;
  const reason: StateReason = chance() < 0.82 ? 'completed' : 'not_planned';
  if (!closed && age < 0.04 && chance() < 0.5) names.add('needs triage');
  const comments = weighted(chance, [
    [0, 34],
    [1, 24],
    [2, 16],
    [3, 12],
    [5, 9],
    [8, 5],
  ]);
  const lastComment = seedComments(context, number, createdMs, closedMs ?? now, comments);
  const updatedMs = Math.max(createdMs, closedMs ?? 0, lastComment);
  const row = world.tables.issues.insert({
    node_id: '',
    number,
    repo_id: repo.id,
    title: draft.title,
    body: draft.body,
    state: closed ? 'closed' : 'open',
    state_reason: closed ? reason : null,
    locked: false,
    active_lock_reason: null,
    user_id: somebody(context).id,
    assignee_ids: assignees(context),
    label_ids: [...names].flatMap((name) => labelIds.get(name) ?? []),
    milestone_id: chance() < 0.3 ? pick(chance, milestoneIds) : null,
    comments,
    closed_at: closedMs === null ? null : githubTime(closedMs),
    closed_by_id: closed ? member(context).id : null,
    is_pull_request: false,
  } satisfies Omit<IssueRow, 'id' | 'created_at' | 'updated_at'>);
  world.tables.issues.put({
    ...row,
    node_id: nodeId('Issue', row.id),
    created_at: githubTime(createdMs),
    updated_at: githubTime(updatedMs),
  });
}

/** Words are combined until the title is new; after a few tries a version tells two apart. */
function freshDraft(context: SeedContext, titles: Set<string>): ReturnType<typeof draftIssue> {
  let draft = draftIssue(context.chance, context.words);
  for (let attempt = 0; attempt < 20 && titles.has(draft.title); attempt += 1) {
    draft = draftIssue(context.chance, context.words);
  }
  const title = titles.has(draft.title) ? `${draft.title} (again, ${titles.size})` : draft.title;
  titles.add(title);
  return { ...draft, title };
}

function seedComments(
  context: SeedContext,
  number: number,
  fromMs: number,
  toMs: number,
  count: number,
): number {
  const { world, chance, repo, words } = context;
  let lastMs = fromMs;
  for (let index = 0; index < count; index += 1) {
    lastMs += (toMs - lastMs) * chance() * 0.5;
    const row = world.tables.comments.insert({
      node_id: '',
      repo_id: repo.id,
      issue_number: number,
      pull_number: null,
      commit_sha: null,
      body: draftComment(chance, words),
      user_id: somebody(context).id,
      in_reply_to_id: null,
      path: null,
      position: null,
      line: null,
      side: null,
      subject_type: null,
      review_id: null,
      comment_type: 'issue',
    } satisfies Omit<CommentRow, 'id' | 'created_at' | 'updated_at'>);
    const time = githubTime(lastMs);
    const stamped = { ...row, created_at: time, updated_at: time };
    world.tables.comments.put({ ...stamped, node_id: nodeId('IssueComment', row.id) });
  }
  return lastMs;
}

function seedLabels(world: World, repo: RepoRow): Map<string, number> {
  const ids = new Map<string, number>();
  for (const label of labels) {
    const row = world.tables.labels.insert({
      ...label,
      node_id: '',
      repo_id: repo.id,
      default: false,
    });
    world.tables.labels.put({ ...row, node_id: nodeId('Label', row.id) });
    ids.set(label.name, row.id);
  }
  return ids;
}

function seedMilestones(world: World, repo: RepoRow): number[] {
  const creator = world.tables.users.all()[0];
  return ['2.8', '2.9', '3.0'].map((title, index) => {
    const row = world.tables.milestones.insert({
      node_id: '',
      repo_id: repo.id,
      number: index + 1,
      title,
      description: `Everything that goes into ${title}.`,
      state: 'open',
      creator_id: creator?.id ?? 0,
      open_issues: 0,
      closed_issues: 0,
      due_on: null,
      closed_at: null,
    });
    world.tables.milestones.put({ ...row, node_id: nodeId('Milestone', row.id) });
    return row.id;
  });
}

function countMilestones(world: World, repo: RepoRow): void {
  const issues = world.tables.issues.findBy('repo_id', repo.id);
  for (const row of world.tables.milestones.findBy('repo_id', repo.id)) {
    const own = issues.filter((issue) => issue.milestone_id === row.id);
    const open = own.filter((issue) => issue.state === 'open').length;
    world.tables.milestones.put({ ...row, open_issues: open, closed_issues: own.length - open });
  }
}

const nodeId = (kind: string, id: number): string =>
  Buffer.from(`0:${kind}${id}`).toString('base64').replace(/=+$/, '');

function somebody({ world, chance }: SeedContext): UserRow {
  const login = weighted(
    chance,
    people.map((person) => [person.login, person.weight] as const),
  );
  return userOf(world, login);
}

function member({ world, chance }: SeedContext): UserRow {
  return userOf(
    world,
    pick(
      chance,
      people.filter((person) => person.permission !== null),
    ).login,
  );
}

function assignees(context: SeedContext): number[] {
  const count = weighted(context.chance, [
    [0, 55],
    [1, 38],
    [2, 7],
  ]);
  return [...new Set(Array.from({ length: count }, () => member(context).id))];
}

function userOf(world: World, login: string): UserRow {
  const user = world.tables.users.findOneBy('login', login);
  if (!user) throw new Error(`The sandbox knows nobody called ${login}`);
  return user;
}
