import { identifierOf, maySee, ownTeam, stateOf } from './access.ts';
import type { Caller } from './grants.ts';
import { priorityLabels } from './issue-event.ts';
import { type PageArguments, pageOf } from './paging.ts';
import type { IssueRow, LabelRow, PersonRow, StateRow, TeamRow, WebhookRow } from './rows.ts';
import { issueUrl, type LinearWorld, mount, organization } from './world.ts';

/** Fields of a type as the executor asks for them: values, and functions where something is looked up. */
type View = Record<string, unknown>;

/** Shows rows to one caller, with links for where it called. */
export class Views {
  readonly #world: LinearWorld;
  readonly #caller: Caller;
  readonly #origin: string;

  constructor(world: LinearWorld, caller: Caller, origin: string) {
    this.#world = world;
    this.#caller = caller;
    this.#origin = origin;
  }

  organization = (): View => ({ ...organization, createdAt: '2023-02-01T09:00:00.000Z' });

  person = (row: PersonRow): View => ({
    ...times(row),
    name: row.name,
    displayName: row.displayName,
    email: row.email,
    active: row.active,
    admin: row.admin,
    url: `${this.#origin}${mount}/${organization.urlKey}/profiles/${row.displayName}`,
    avatarUrl: null,
    organization: this.organization,
  });

  team = (row: TeamRow): View => ({
    ...times(row),
    key: row.key,
    name: row.name,
    description: row.description,
    private: row.private,
    archivedAt: null,
    issueCount: ({ includeArchived }: { includeArchived?: boolean }) =>
      this.#world.tables.issues
        .findBy('teamUuid', row.uuid)
        .filter((issue) => includeArchived || issue.archivedTime === null).length,
    states: (page: PageArguments) =>
      pageOf(this.#world.tables.states.findBy('teamUuid', row.uuid), page, this.state),
    members: (page: PageArguments) =>
      pageOf(
        row.memberUuids.flatMap((id) => this.#world.tables.people.findOneBy('uuid', id) ?? []),
        page,
        this.person,
      ),
    labels: (page: PageArguments) =>
      pageOf(this.#world.tables.labels.findBy('teamUuid', row.uuid), page, this.label),
  });

  state = (row: StateRow): View => ({
    id: row.uuid,
    name: row.name,
    type: row.type,
    color: row.color,
    position: row.position,
    team: () => this.team(ownTeam(this.#world, row)),
  });

  label = (row: LabelRow): View => ({
    id: row.uuid,
    name: row.name,
    color: row.color,
    isGroup: row.isGroup,
    team: () => {
      const team = this.#world.tables.teams.findOneBy('uuid', row.teamUuid);
      return team ? this.team(team) : null;
    },
  });

  issue = (row: IssueRow): View => {
    const { tables } = this.#world;
    const identifier = identifierOf(this.#world, row);
    const somebody = (id: string | null) => () => {
      const person = tables.people.findOneBy('uuid', id);
      return person ? this.person(person) : null;
    };
    return {
      ...times(row),
      identifier,
      number: row.number,
      title: row.title,
      description: row.description,
      url: issueUrl(this.#origin, identifier),
      priority: row.priority,
      priorityLabel: priorityLabels[row.priority],
      dueDate: row.dueDate,
      trashed: row.trashed || null,
      startedAt: row.startedTime,
      completedAt: row.completedTime,
      canceledAt: row.canceledTime,
      archivedAt: row.archivedTime,
      labelIds: row.labelUuids,
      team: () => this.team(ownTeam(this.#world, row)),
      state: () => this.state(stateOf(this.#world, row)),
      assignee: somebody(row.assigneeUuid),
      creator: somebody(row.creatorUuid),
      parent: () => {
        const parent = tables.issues.findOneBy('uuid', row.parentUuid);
        return parent && maySee(this.#caller, ownTeam(this.#world, parent))
          ? this.issue(parent)
          : null;
      },
      labels: (page: PageArguments) =>
        pageOf(
          row.labelUuids.flatMap((id) => tables.labels.findOneBy('uuid', id) ?? []),
          page,
          this.label,
        ),
    };
  };

  webhook = (row: WebhookRow): View => ({
    ...times(row),
    url: row.url,
    label: row.label,
    enabled: row.enabled,
    resourceTypes: row.resourceTypes,
    allPublicTeams: row.allPublicTeams,
    team: () => {
      const team = this.#world.tables.teams.findOneBy('uuid', row.teamUuid);
      return team ? this.team(team) : null;
    },
  });
}

const times = (row: { uuid: string; created_at: string; updated_at: string }): View => ({
  id: row.uuid,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
