import { issueOf, stateOf } from './access.ts';
import type { Caller } from './grants.ts';
import { entityNotFound, invalidInput } from './linear-error.ts';
import type { IssueRow, TeamRow } from './rows.ts';
import type { LinearWorld } from './world.ts';

const titleChars = 512;
const descriptionChars = 100_000;

export interface IssueInput {
  title?: string | null;
  description?: string | null;
  stateId?: string | null;
  assigneeId?: string | null;
  priority?: number | null;
  labelIds?: string[] | null;
  addedLabelIds?: string[] | null;
  removedLabelIds?: string[] | null;
  parentId?: string | null;
  dueDate?: string | null;
}

/** `teamId`: the team it is moved to. */
export interface IssueUpdate extends IssueInput {
  teamId?: string | null;
}

export interface NewIssueInput extends IssueInput {
  teamId: string;
  /** Chosen by the caller, a UUID of version 4; else one is made. */
  id?: string | null;
}

export type IssueChange = Partial<Omit<IssueRow, 'id' | 'uuid' | 'created_at' | 'updated_at'>>;

export const timeOf = (world: LinearWorld): string => new Date(world.clock.now()).toISOString();

/** What an input changes, or the refusal Linear has for it. */
export function readChange(
  world: LinearWorld,
  caller: Caller,
  team: TeamRow,
  issue: Pick<IssueRow, 'stateUuid' | 'labelUuids' | 'startedTime'> & { uuid?: string },
  input: IssueInput,
): IssueChange {
  const change: IssueChange = {};
  if (input.title !== undefined && input.title !== null) change.title = readTitle(input.title);
  if (input.description !== undefined) change.description = readDescription(input.description);
  if (input.priority !== undefined && input.priority !== null) {
    if (![0, 1, 2, 3, 4].includes(input.priority)) {
      throw invalidInput('priority must not be greater than 4 or less than 0.');
    }
    change.priority = input.priority;
  }
  if (input.assigneeId !== undefined) {
    change.assigneeUuid = readAssignee(world, team, input.assigneeId);
  }
  if (input.dueDate !== undefined) change.dueDate = readDate(input.dueDate);
  if (input.parentId !== undefined) {
    change.parentUuid = readParent(world, caller, issue.uuid, input.parentId);
  }
  if (input.labelIds || input.addedLabelIds || input.removedLabelIds) {
    change.labelUuids = readLabels(world, team, issue.labelUuids, input);
  }
  if (input.stateId !== undefined && input.stateId !== null) {
    Object.assign(change, readState(world, team, issue, input.stateId));
  }
  return change;
}

function readTitle(title: string): string {
  const text = title.trim();
  if (text === '') throw invalidInput('title should not be empty.');
  if (text.length > titleChars) {
    throw invalidInput(`title must be shorter than or equal to ${titleChars} characters.`);
  }
  return text;
}

function readDescription(description: string | null): string | null {
  if (description !== null && description.length > descriptionChars) {
    throw invalidInput('description is too long.');
  }
  return description === '' ? null : description;
}

function readAssignee(world: LinearWorld, team: TeamRow, id: string | null): string | null {
  if (id === null) return null;
  const person = world.tables.people.findOneBy('uuid', id);
  if (!person) throw entityNotFound('User');
  if (!person.active) throw invalidInput('The assignee is not an active user.');
  if (team.private && !team.memberUuids.includes(id)) {
    throw invalidInput('The assignee is not a member of the team.');
  }
  return id;
}

function readDate(date: string | null): string | null {
  if (date === null) return null;
  const parsed = /^\d{4}-\d\d-\d\d$/.test(date) ? new Date(`${date}T00:00:00Z`) : null;
  const isDay = parsed && !Number.isNaN(parsed.getTime());
  if (!isDay || parsed.toISOString().slice(0, 10) !== date) {
    throw invalidInput('dueDate must be a date.');
  }
  return date;
}

function readParent(
  world: LinearWorld,
  caller: Caller,
  own: string | undefined,
  id: string | null,
): string | null {
  if (id === null) return null;
  const parent = issueOf(world, caller, id);
  for (let above: IssueRow | undefined = parent; above; ) {
    if (above.uuid === own) throw invalidInput('An issue cannot be its own ancestor.');
    above = above.parentUuid ? world.tables.issues.findOneBy('uuid', above.parentUuid) : undefined;
  }
  return parent.uuid;
}

function readLabels(
  world: LinearWorld,
  team: TeamRow,
  present: string[],
  input: IssueInput,
): string[] {
  const wanted = [...(input.labelIds ?? present), ...(input.addedLabelIds ?? [])];
  const kept = wanted.filter((id) => !input.removedLabelIds?.includes(id));
  for (const id of kept) {
    const label = world.tables.labels.findOneBy('uuid', id);
    if (!label) throw entityNotFound('IssueLabel');
    if (label.teamUuid !== null && label.teamUuid !== team.uuid) {
      throw invalidInput('The label belongs to another team.');
    }
    if (label.isGroup) throw invalidInput('A label group cannot be applied to an issue.');
  }
  return [...new Set(kept)];
}

function readState(
  world: LinearWorld,
  team: TeamRow,
  issue: Pick<IssueRow, 'stateUuid' | 'startedTime'>,
  id: string,
): IssueChange {
  const state = world.tables.states.findOneBy('uuid', id);
  if (!state) throw entityNotFound('WorkflowState');
  if (state.teamUuid !== team.uuid) throw invalidInput('The state belongs to another team.');
  if (state.uuid === issue.stateUuid) return {};
  const before = stateOf(world, issue).type;
  const at = timeOf(world);
  return {
    stateUuid: state.uuid,
    startedTime: state.type === 'started' ? (issue.startedTime ?? at) : issue.startedTime,
    ...(before === state.type
      ? {}
      : {
          completedTime: state.type === 'completed' ? at : null,
          canceledTime: state.type === 'canceled' ? at : null,
        }),
  };
}
