import type { Caller } from './grants.ts';
import { entityNotFound } from './linear-error.ts';
import type { IssueRow, StateRow, TeamRow } from './rows.ts';
import type { LinearWorld } from './world.ts';

/** Private teams exist for their members only. */
export const maySee = (caller: Caller, team: TeamRow): boolean =>
  !team.private || team.memberUuids.includes(caller.person.uuid);

export function teamOf(world: LinearWorld, caller: Caller, id: string): TeamRow {
  const { teams } = world.tables;
  const team = teams.findOneBy('uuid', id) ?? teams.findOneBy('key', id);
  if (!team || !maySee(caller, team)) throw entityNotFound('Team');
  return team;
}

/** By its id or by its identifier (ENG-12). */
export function issueOf(world: LinearWorld, caller: Caller, id: string): IssueRow {
  const { issues, teams } = world.tables;
  const [, key, number] = /^([A-Z]+)-(\d+)$/i.exec(id) ?? [];
  const keyed = key ? teams.findOneBy('key', key.toUpperCase()) : undefined;
  const issue = keyed
    ? issues.findBy('teamUuid', keyed.uuid).find((row) => row.number === Number(number))
    : issues.findOneBy('uuid', id);
  const team = issue && teams.findOneBy('uuid', issue.teamUuid);
  if (!issue || !team || !maySee(caller, team)) throw entityNotFound('Issue');
  return issue;
}

export function ownTeam(world: LinearWorld, issue: Pick<IssueRow, 'teamUuid'>): TeamRow {
  const team = world.tables.teams.findOneBy('uuid', issue.teamUuid);
  if (!team) throw new Error(`An issue of a team that is not there: ${issue.teamUuid}`);
  return team;
}

export function stateOf(world: LinearWorld, issue: Pick<IssueRow, 'stateUuid'>): StateRow {
  const state = world.tables.states.findOneBy('uuid', issue.stateUuid);
  if (!state) throw new Error(`An issue in a state that is not there: ${issue.stateUuid}`);
  return state;
}

export const identifierOf = (world: LinearWorld, issue: IssueRow): string =>
  `${ownTeam(world, issue).key}-${issue.number}`;
