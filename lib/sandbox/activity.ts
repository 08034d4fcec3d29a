import { type Chance, pick, seededChance, weighted } from './chance.ts';
import { actAs, refusalOf } from './people-actions.ts';
import type { IssueRow, RepoRow } from './rows.ts';
import { labels, people } from './seed-people.ts';
import { draftComment, draftIssue } from './seed-texts.ts';
import { apiWords } from './seed-words.ts';
import type { World } from './world.ts';

export interface ActivityPlan {
  repo: string;
  /** Actions a second. */
  rate: number;
  seed: number;
  /** Stop after so many actions or seconds; null goes on until stopped. */
  count: number | null;
  seconds: number | null;
}

export interface ActivityState {
  running: boolean;
  plan: ActivityPlan | null;
  done: number;
  refused: number;
  last: string | null;
}

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

/** Above this the rate is kept by doing several actions in one tick. */
const ticksPerSecond = 50;

/** People at work: they open, edit, close, reopen, label, assign and comment, one after another. */
export class Activity {
  readonly #world: World;
  #state: ActivityState = { running: false, plan: null, done: 0, refused: 0, last: null };
  #chance: Chance = seededChance(1);
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(world: World) {
    this.#world = world;
  }

  get state(): ActivityState {
    return { ...this.#state };
  }

  start(plan: ActivityPlan): void {
    this.stop();
    this.#chance = seededChance(plan.seed);
    this.#state = { running: true, plan, done: 0, refused: 0, last: null };
    const started = performance.now();
    const tick = (): void => {
      const seconds = (performance.now() - started) / 1000;
      const due = Math.floor(Math.min(seconds, plan.seconds ?? seconds) * plan.rate);
      const over = plan.seconds !== null && seconds >= plan.seconds;
      this.#work = this.#work.then(async () => {
        await this.#catchUp(plan, due);
        if (over) this.#finish(plan);
      });
    };
    this.#timer = setInterval(tick, Math.max(1000 / ticksPerSecond, 500 / plan.rate));
  }

  /** A number of actions at once; resolves when the last one is done. */
  async burst(plan: ActivityPlan, count: number): Promise<ActivityState> {
    this.stop();
    this.#chance = seededChance(plan.seed);
    this.#state = { running: true, plan, done: 0, refused: 0, last: null };
    this.#work = this.#work.then(() => this.#catchUp(plan, count)).then(() => this.#finish(plan));
    await this.#work;
    return this.state;
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#state = { ...this.#state, running: false };
  }

  async close(): Promise<void> {
    this.stop();
    await this.#work;
  }

  #finish(plan: ActivityPlan): void {
    if (this.#state.plan === plan) this.stop();
  }

  async #catchUp(plan: ActivityPlan, due: number): Promise<void> {
    const goal = Math.min(due, plan.count ?? due);
    while (this.#state.running && this.#state.plan === plan && this.#state.done < goal) {
      await this.#actOnce(plan);
    }
    if (plan.count !== null && this.#state.done >= plan.count) this.#finish(plan);
  }

  async #actOnce(plan: ActivityPlan): Promise<void> {
    const repo = this.#world.tables.repos.findOneBy('full_name', plan.repo);
    if (!repo) return this.stop();
    const step = planAction(this.#world, this.#chance, repo);
    const answer = await actAs(this.#world, step.login, step.method, step.path, step.body);
    const refusal = refusalOf(answer);
    this.#state.done += 1;
    this.#state.refused += refusal ? 1 : 0;
    this.#state.last = `${step.login}: ${step.method} ${step.path}${refusal ? ` refused: ${refusal}` : ''}`;
  }
}

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
