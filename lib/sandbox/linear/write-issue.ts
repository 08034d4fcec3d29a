import { isDeepStrictEqual } from 'node:util';
import { issueOf, ownTeam, stateOf, teamOf } from './access.ts';
import type { Caller } from './grants.ts';
import {
  type IssueChange,
  type IssueInput,
  type IssueUpdate,
  readChange,
  timeOf,
} from './issue-input.ts';
import { idTaken, invalidInput } from './linear-error.ts';
import type { IssueRow, StateRow, TeamRow } from './rows.ts';
import { insertEntity } from './tables.ts';
import type { LinearWorld } from './world.ts';

export function createIssue(
  world: LinearWorld,
  caller: Caller,
  teamId: string,
  input: IssueInput,
  chosenId: string | null = null,
): IssueRow {
  const team = teamOf(world, caller, teamId);
  if (chosenId !== null) checkChosenId(world, chosenId);
  const first = firstState(world, team);
  const blank = {
    teamUuid: team.uuid,
    number: team.lastNumber + 1,
    title: '',
    description: null,
    priority: 0,
    stateUuid: first.uuid,
    assigneeUuid: null,
    creatorUuid: caller.person.uuid,
    labelUuids: [],
    parentUuid: null,
    dueDate: null,
    startedTime: null,
    completedTime: null,
    canceledTime: null,
    archivedTime: null,
    trashed: false,
  };
  if (!input.title?.trim()) throw invalidInput('title should not be empty.');
  const change = readChange(world, caller, team, blank, input);
  world.tables.teams.update(team.id, { lastNumber: blank.number });
  const issue = insertEntity(world.tables.issues, 'issue', { ...blank, ...change }, chosenId);
  world.sender.announceIssue(world, caller, 'create', issue, null);
  return issue;
}

const uuidOfVersion4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function checkChosenId(world: LinearWorld, id: string): void {
  if (!uuidOfVersion4.test(id)) throw invalidInput('id must be a UUID.');
  if (world.tables.issues.findOneBy('uuid', id)) throw idTaken('Issue', id);
}

export function updateIssue(
  world: LinearWorld,
  caller: Caller,
  id: string,
  { teamId, ...input }: IssueUpdate,
): IssueRow {
  const issue = issueOf(world, caller, id);
  const present = ownTeam(world, issue);
  const team = teamId ? teamOf(world, caller, teamId) : present;
  if (team === present) {
    return write(world, caller, issue, readChange(world, caller, team, issue, input));
  }
  const moved = { ...issue, ...moveTo(world, issue, team) };
  const change = {
    ...moveTo(world, issue, team),
    ...readChange(world, caller, team, moved, input),
  };
  world.tables.teams.update(team.id, { lastNumber: team.lastNumber + 1 });
  return write(world, caller, issue, change);
}

/**
 * In another team an issue keeps its id and gets that team's next number, a state that means the same
 * there, and loses the labels its old team has for itself.
 */
function moveTo(world: LinearWorld, issue: IssueRow, team: TeamRow): IssueChange {
  const { type } = stateOf(world, issue);
  const states = world.tables.states
    .findBy('teamUuid', team.uuid)
    .sort((a, b) => a.position - b.position);
  const state = states.find((one) => one.type === type) ?? firstState(world, team);
  const isShared = (id: string) => world.tables.labels.findOneBy('uuid', id)?.teamUuid === null;
  return {
    teamUuid: team.uuid,
    number: team.lastNumber + 1,
    stateUuid: state.uuid,
    labelUuids: issue.labelUuids.filter(isShared),
  };
}

/** Archiving keeps an issue, trashing lets it go after 30 days; both hide it from lists. */
export function archiveIssue(
  world: LinearWorld,
  caller: Caller,
  id: string,
  how: 'archive' | 'trash' | 'restore' | 'destroy',
): IssueRow {
  const issue = issueOf(world, caller, id);
  if (how === 'destroy') {
    world.tables.issues.delete(issue.id);
    world.sender.announceIssue(world, caller, 'remove', { ...issue, trashed: true }, null);
    return issue;
  }
  const archivedTime = how === 'restore' ? null : (issue.archivedTime ?? timeOf(world));
  const change = { archivedTime, trashed: how === 'trash' };
  return write(world, caller, issue, change, how === 'trash' ? 'remove' : 'update');
}

function write(
  world: LinearWorld,
  caller: Caller,
  issue: IssueRow,
  change: IssueChange,
  action: 'update' | 'remove' = 'update',
): IssueRow {
  const before = { ...issue };
  const after = world.tables.issues.update(issue.id, change) ?? issue;
  if (!isDeepStrictEqual(before, after)) {
    world.sender.announceIssue(world, caller, action, after, before);
  }
  return after;
}

/** Where a new issue begins: the first state that is not yet begun. */
function firstState(world: LinearWorld, team: TeamRow): StateRow {
  const states = world.tables.states
    .findBy('teamUuid', team.uuid)
    .sort((a, b) => a.position - b.position);
  const first = states.find((state) => state.type === 'backlog') ?? states[0];
  if (!first) throw new Error(`The team ${team.key} has no states`);
  return first;
}
