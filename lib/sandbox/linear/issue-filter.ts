import { invalidInput } from './linear-error.ts';
import type { IssueRow, LabelRow, PersonRow, TeamRow } from './rows.ts';

interface IdComparator {
  eq?: string | null;
  in?: string[] | null;
}
interface TextComparator extends IdComparator {
  eqIgnoreCase?: string | null;
}
interface DateComparator {
  null?: boolean | null;
  gt?: string | null;
  gte?: string | null;
  lt?: string | null;
  lte?: string | null;
}
interface TeamFilter {
  id?: IdComparator | null;
  key?: TextComparator | null;
  null?: boolean | null;
}

export interface IssueFilter {
  id?: IdComparator | null;
  team?: TeamFilter | null;
  updatedAt?: DateComparator | null;
  createdAt?: DateComparator | null;
  archivedAt?: DateComparator | null;
  and?: IssueFilter[] | null;
  or?: IssueFilter[] | null;
}

export function fitsIssue(filter: IssueFilter, issue: IssueRow, team: TeamRow): boolean {
  const alone =
    fitsId(filter.id, issue.uuid) &&
    fitsTeam(filter.team, team) &&
    fitsDate(filter.updatedAt, issue.updated_at) &&
    fitsDate(filter.createdAt, issue.created_at) &&
    fitsDate(filter.archivedAt, issue.archivedTime);
  const every = (filter.and ?? []).every((one) => fitsIssue(one, issue, team));
  const some = !filter.or || filter.or.some((one) => fitsIssue(one, issue, team));
  return alone && every && some;
}

export interface LabelFilter {
  id?: IdComparator | null;
  name?: TextComparator | null;
  team?: TeamFilter | null;
  and?: LabelFilter[] | null;
  or?: LabelFilter[] | null;
}

export function fitsLabel(filter: LabelFilter, label: LabelRow, team: TeamRow | null): boolean {
  const alone =
    fitsId(filter.id, label.uuid) &&
    fitsText(filter.name, label.name) &&
    fitsTeam(filter.team, team);
  const every = (filter.and ?? []).every((one) => fitsLabel(one, label, team));
  const some = !filter.or || filter.or.some((one) => fitsLabel(one, label, team));
  return alone && every && some;
}

export interface PersonFilter {
  id?: IdComparator | null;
  displayName?: TextComparator | null;
  email?: TextComparator | null;
}

export const fitsPerson = (filter: PersonFilter, person: PersonRow): boolean =>
  fitsId(filter.id, person.uuid) &&
  fitsText(filter.displayName, person.displayName) &&
  fitsText(filter.email, person.email);

function fitsTeam(filter: TeamFilter | null | undefined, team: TeamRow | null): boolean {
  if (!filter) return true;
  if (filter.null !== null && filter.null !== undefined && filter.null !== (team === null)) {
    return false;
  }
  if (!team) return !filter.id && !filter.key;
  return fitsId(filter.id, team.uuid) && fitsText(filter.key, team.key);
}

const fitsId = (filter: IdComparator | null | undefined, value: string): boolean =>
  !filter || ((!filter.eq || filter.eq === value) && (!filter.in || filter.in.includes(value)));

const fitsText = (filter: TextComparator | null | undefined, value: string): boolean =>
  fitsId(filter, value) &&
  (!filter?.eqIgnoreCase || filter.eqIgnoreCase.toLowerCase() === value.toLowerCase());

function fitsDate(filter: DateComparator | null | undefined, value: string | null): boolean {
  if (!filter) return true;
  if (filter.null !== null && filter.null !== undefined && filter.null !== (value === null)) {
    return false;
  }
  const at = value === null ? Number.NaN : Date.parse(value);
  const bound = (text: string | null | undefined, holds: (limit: number) => boolean): boolean => {
    if (text === null || text === undefined) return true;
    const limit = Date.parse(text);
    if (Number.isNaN(limit)) throw invalidInput('A date of the filter cannot be read.');
    return holds(limit);
  };
  return (
    bound(filter.gt, (limit) => at > limit) &&
    bound(filter.gte, (limit) => at >= limit) &&
    bound(filter.lt, (limit) => at < limit) &&
    bound(filter.lte, (limit) => at <= limit)
  );
}
