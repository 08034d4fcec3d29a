/**
 * connectors/redmine/api: the half of the connector that calls Redmine. Only the worker enters here.
 * https://www.redmine.org/projects/redmine/wiki/Rest_api
 */
import 'server-only';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { createIssue, findCreatedIssues, takeBackIssue } from './create-issue.ts';
import { toError } from './errors.ts';
import { listProjects } from './list-projects.ts';
import { lookupNames } from './lookup-names.ts';
import { readAccount } from './read-account.ts';
import { readIssue } from './read-issue.ts';
import { updateIssue } from './update-issue.ts';
import { backfillIssues, pollIssues } from './walk-issues.ts';

export const redmineApi = {
  account: readAccount,
  scopes: listProjects,
  backfill: backfillIssues,
  poll: pollIssues,
  read: readIssue,
  update: updateIssue,
  create: createIssue,
  findCreated: findCreatedIssues,
  takeBack: takeBackIssue,
  lookup: lookupNames,
  toError,
} satisfies ConnectorApi;
