import { type Chance, pick, weighted } from './chance.ts';
import { actAs, refusalOf } from './people-actions.ts';
import { type Pace, PeopleAtWork, type WorkState } from './people-at-work.ts';
import type { IssueRow, RepoRow } from './rows.ts';
import { labels, people } from './seed-people.ts';
import { draftComment, draftIssue } from './seed-texts.ts';
import { apiWords } from './seed-words.ts';
import type { World } from './world.ts';

export interface ActivityPlan extends Pace {
  repo: string;
}
export type ActivityState = WorkState<ActivityPlan>;
export type Activity = PeopleAtWork<ActivityPlan>;

type Action = 'open' | 'title' | 'body' | 'close' | 'reopen' | 'comment' | 'label' | 'assign';

const shares: readonly (readonly [Action, number])[] = [
  ['comment', 30],
  ['title', 12],
  ['body', 14],
  ['label', 14],
  ['close', 10],
  ['assign', 8],
  ['open', 8],
  ['reopen', 4],
];

/** They open, edit, close, reopen, label, assign and comment in one repository. */
export const githubActivity = (world: World): Activity =>
  new PeopleAtWork(async (plan, chance) => {
    const repo = world.tables.repos.findOneBy('full_name', plan.repo);
    if (!repo) return null;
    const step = planAction(world, chance, repo);
    const answer = await actAs(world, step.login, step.method, step.path, step.body);
    const refusal = refusalOf(answer);
    const did = `${step.login}: ${step.method} ${step.path}`;
    return {
      said: refusal ? `${did} refused: ${refusal}` : did,
      isRefused: refusal !== null,
    };
  });

interface Step {
  login: string;
  method: string;
  path: string;
  body: unknown;
}

function planAction(world: World, chance: Chance, repo: RepoRow): Step {
  const issues = world.tables.issues.findBy('repo_id', repo.id);
  const wanted = weighted(chance, shares);
  const path = `/repos/${repo.full_name}/issues`;
  // People work on what is recent; one time in four on something old.
  const recent = issues.slice(chance() < 0.75 ? -60 : 0);
  const usable = recent.filter((issue) => (wanted === 'reopen') === (issue.state === 'closed'));
  if (wanted === 'open' || usable.length === 0) {
    const { title, body } = draftIssue(chance, apiWords);
    return { login: anybody(chance), method: 'POST', path, body: { title, body } };
  }
  const issue = pick(chance, usable);
  const login = wanted === 'comment' ? anybody(chance) : colleague(chance);
  const one = `${path}/${issue.number}`;
  if (wanted === 'comment') {
    return {
      login,
      method: 'POST',
      path: `${one}/comments`,
      body: { body: draftComment(chance, apiWords) },
    };
  }
  return { login, method: 'PATCH', path: one, body: edit(world, chance, wanted, issue) };
}

const anybody = (chance: Chance): string =>
  weighted(
    chance,
    people.map((person) => [person.login, person.weight] as const),
  );

const colleague = (chance: Chance): string =>
  pick(
    chance,
    people.filter((person) => person.permission !== null),
  ).login;

const remarks = [
  'still there in staging',
  'needs a decision',
  'part two',
  'seen again',
  'with a test',
];

function edit(
  world: World,
  chance: Chance,
  action: Exclude<Action, 'open' | 'comment'>,
  issue: IssueRow,
): Record<string, unknown> {
  switch (action) {
    case 'title':
      return { title: `${issue.title.replace(/ \([^)]*\)$/, '')} (${pick(chance, remarks)})` };
    case 'body':
      return {
        body: `${issue.body ?? ''}\n\n**Update:** ${draftComment(chance, apiWords)}`
          .trim()
          .slice(-8_000),
      };
    case 'close':
      return { state: 'closed', state_reason: chance() < 0.8 ? 'completed' : 'not_planned' };
    case 'reopen':
      return { state: 'open' };
    case 'assign':
      return { assignees: chance() < 0.2 ? [] : [colleague(chance)] };
    case 'label': {
      const present = issue.label_ids.flatMap((id) => world.tables.labels.get(id)?.name ?? []);
      const name = pick(chance, labels).name;
      const without = present.filter((label) => label !== name);
      return { labels: without.length < present.length ? without : [...present, name] };
    }
  }
}
