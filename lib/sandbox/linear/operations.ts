import { issueOf, maySee, ownTeam, teamOf } from './access.ts';
import { type Caller, requireScope } from './grants.ts';
import {
  fitsIssue,
  fitsLabel,
  fitsPerson,
  type IssueFilter,
  type LabelFilter,
  type PersonFilter,
} from './issue-filter.ts';
import type { IssueUpdate, NewIssueInput } from './issue-input.ts';
import { type PageArguments, pageOf } from './paging.ts';
import type { IssueRow } from './rows.ts';
import { Views } from './views.ts';
import type { LinearWorld } from './world.ts';
import { archiveIssue, createIssue, updateIssue } from './write-issue.ts';
import {
  createWebhook,
  requireWebhookAdmin,
  updateWebhook,
  type WebhookInput,
  webhookOf,
} from './write-webhook.ts';

type ById = { id: string };
type Operations = Record<string, (args: never) => unknown>;

/** The root of the schema for one caller: every query and mutation, with its checks. */
export function operationsFor(world: LinearWorld, caller: Caller, origin: string): Operations {
  const views = new Views(world, caller, origin);
  return { ...queries(world, caller, views), ...mutations(world, caller, views) };
}

function queries(world: LinearWorld, caller: Caller, views: Views): Operations {
  const { tables } = world;
  const visible = (issue: IssueRow): boolean => maySee(caller, ownTeam(world, issue));
  return {
    viewer: () => views.person(caller.person),
    organization: views.organization,
    team: ({ id }: ById) => views.team(teamOf(world, caller, id)),
    teams: (page: PageArguments) =>
      pageOf(
        tables.teams.all().filter((team) => maySee(caller, team)),
        page,
        views.team,
      ),
    users: ({ filter, ...page }: PageArguments & { filter?: PersonFilter }) =>
      pageOf(
        tables.people.all().filter((person) => person.active && fitsPerson(filter ?? {}, person)),
        page,
        views.person,
      ),
    issue: ({ id }: ById) => views.issue(issueOf(world, caller, id)),
    issues: (args: PageArguments & { filter?: IssueFilter; includeArchived?: boolean }) => {
      const { filter, includeArchived, ...page } = args;
      const rows = tables.issues
        .all()
        .filter((issue) => includeArchived || issue.archivedTime === null)
        .filter(visible)
        .filter((issue) => fitsIssue(filter ?? {}, issue, ownTeam(world, issue)));
      return pageOf(rows, page, views.issue);
    },
    issueLabels: ({ filter, ...page }: PageArguments & { filter?: LabelFilter }) => {
      const rows = tables.labels.all().filter((label) => {
        const team = tables.teams.findOneBy('uuid', label.teamUuid) ?? null;
        return (!team || maySee(caller, team)) && fitsLabel(filter ?? {}, label, team);
      });
      return pageOf(rows, page, views.label);
    },
    webhook: ({ id }: ById) => views.webhook(webhookOf(world, caller, id)),
    webhooks: (page: PageArguments) => {
      requireWebhookAdmin(caller);
      return pageOf(tables.webhooks.all(), page, views.webhook);
    },
  };
}

function mutations(world: LinearWorld, caller: Caller, views: Views): Operations {
  const done = () => ({ success: true, lastSyncId: world.tables.attempts.nextId });
  const writing = <A>(work: (args: A) => IssueRow, as: 'issue' | 'entity') => {
    return (args: A) => {
      requireScope(caller, 'write');
      return { ...done(), [as]: views.issue(work(args)) };
    };
  };
  return {
    issueCreate: writing(
      ({ input: { id, teamId, ...input } }: { input: NewIssueInput }) =>
        createIssue(world, caller, teamId, input, id ?? null),
      'issue',
    ),
    issueUpdate: writing(
      ({ id, input }: ById & { input: IssueUpdate }) => updateIssue(world, caller, id, input),
      'issue',
    ),
    issueArchive: writing(
      ({ id, trash }: ById & { trash?: boolean }) =>
        archiveIssue(world, caller, id, trash ? 'trash' : 'archive'),
      'entity',
    ),
    issueUnarchive: writing(({ id }: ById) => archiveIssue(world, caller, id, 'restore'), 'entity'),
    issueDelete: writing(
      ({ id, permanentlyDelete }: ById & { permanentlyDelete?: boolean }) =>
        archiveIssue(world, caller, id, permanentlyDelete ? 'destroy' : 'trash'),
      'entity',
    ),
    webhookCreate: ({ input }: { input: WebhookInput }) => ({
      ...done(),
      webhook: views.webhook(createWebhook(world, caller, input)),
    }),
    webhookUpdate: ({ id, input }: ById & { input: WebhookInput }) => ({
      ...done(),
      webhook: views.webhook(updateWebhook(world, caller, id, input)),
    }),
    webhookDelete: ({ id }: ById) => {
      world.tables.webhooks.delete(webhookOf(world, caller, id).id);
      return { ...done(), entityId: id };
    },
  };
}
