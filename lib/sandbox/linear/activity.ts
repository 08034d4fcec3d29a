import { z } from 'zod';
import { type Chance, pick, weighted } from '../chance.ts';
import { type Pace, PeopleAtWork } from '../people-at-work.ts';
import { draftComment, draftIssue } from '../seed-texts.ts';
import { apiWords, webWords } from '../seed-words.ts';
import type { Caller } from './grants.ts';
import type { IssueInput } from './issue-input.ts';
import { LinearError } from './linear-error.ts';
import type { IssueRow, TeamRow } from './rows.ts';
import type { LinearWorld } from './world.ts';
import { createIssue, updateIssue } from './write-issue.ts';

export const activitySchema = z.strictObject({
  /** The key of the team. */
  team: z.string().default('ENG'),
  rate: z.number().positive().max(1_000).default(1),
  seed: z.int().default(7),
  seconds: z.number().positive().max(86_400).nullable().default(null),
  /** With `atOnce` this many actions without waiting; otherwise stop after so many. */
  count: z.int().min(1).max(100_000).nullable().default(null),
  atOnce: z.boolean().default(false),
});

interface Plan extends Pace {
  team: string;
}

type Act = 'open' | 'title' | 'description' | 'state' | 'assign' | 'label' | 'priority' | 'due';

const shares: readonly (readonly [Act, number])[] = [
  ['state', 26],
  ['title', 14],
  ['description', 16],
  ['label', 14],
  ['assign', 12],
  ['priority', 8],
  ['open', 6],
  ['due', 4],
];

/** People of a team at work: they open, rewrite, move, assign, label, rank and date issues. */
export const linearActivity = (world: LinearWorld): PeopleAtWork<Plan> =>
  new PeopleAtWork(async (plan, chance) => {
    const team = world.tables.teams.findOneBy('key', plan.team);
    const people = world.tables.people.all().filter((person) => person.active);
    if (!team || people.length === 0) return null;
    const person = pick(chance, people);
    const caller: Caller = { person, scopes: null, meter: `work:${person.uuid}` };
    const act = weighted(chance, shares);
    try {
      const issue = actOnce(world, caller, team, act, chance);
      return {
        said: `${person.displayName}: ${act} ${team.key}-${issue.number}`,
        isRefused: false,
      };
    } catch (error) {
      if (!(error instanceof LinearError)) throw error;
      return { said: `${person.displayName}: ${act} refused: ${error.shown}`, isRefused: true };
    }
  });

function actOnce(
  world: LinearWorld,
  caller: Caller,
  team: TeamRow,
  act: Act,
  chance: Chance,
): IssueRow {
  const words = team.key === 'ENG' ? apiWords : webWords;
  const present = world.tables.issues
    .findBy('teamUuid', team.uuid)
    .filter((issue) => issue.archivedTime === null);
  if (act === 'open' || present.length === 0) {
    const { title, body } = draftIssue(chance, words);
    return createIssue(world, caller, team.uuid, { title, description: body });
  }
  // People work on what is recent; one time in four on something old.
  const issue = pick(chance, present.slice(chance() < 0.75 ? -60 : 0));
  return updateIssue(world, caller, issue.uuid, inputOf(world, team, issue, act, chance));
}

const remarks = ['needs a decision', 'part two', 'seen again', 'with a test'];

function inputOf(
  world: LinearWorld,
  team: TeamRow,
  issue: IssueRow,
  act: Exclude<Act, 'open'>,
  chance: Chance,
): IssueInput {
  const { tables } = world;
  const words = team.key === 'ENG' ? apiWords : webWords;
  switch (act) {
    case 'title':
      return { title: `${issue.title.replace(/ \([^)]*\)$/, '')} (${pick(chance, remarks)})` };
    case 'description': {
      const added = `${issue.description ?? ''}\n\n**Update:** ${draftComment(chance, words)}`;
      return { description: added.trim().slice(-8_000) };
    }
    case 'state':
      return { stateId: pick(chance, tables.states.findBy('teamUuid', team.uuid)).uuid };
    case 'assign': {
      const people = tables.people.all().filter((person) => person.active);
      return { assigneeId: chance() < 0.2 ? null : pick(chance, people).uuid };
    }
    case 'label': {
      const own = [null, team.uuid];
      const usable = tables.labels
        .all()
        .filter((label) => !label.isGroup && own.includes(label.teamUuid));
      const { uuid } = pick(chance, usable);
      return issue.labelUuids.includes(uuid)
        ? { removedLabelIds: [uuid] }
        : { addedLabelIds: [uuid] };
    }
    case 'priority':
      return { priority: pick(chance, [0, 1, 2, 3, 4]) };
    case 'due': {
      const days = Math.floor(chance() * 60);
      const due = new Date(world.clock.now() + days * 86_400_000);
      return { dueDate: due.toISOString().slice(0, 10) };
    }
  }
}
