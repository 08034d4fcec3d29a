/**
 * connectors/linear/api: the half of the connector that calls Linear. Only the worker enters here.
 *
 * Every call is one GraphQL document to one address; values travel as variables and never in the
 * text of a query.
 */
import 'server-only';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { createIssue, findCreatedIssue, takeBackIssue } from './create-issue.ts';
import { findFault, toError } from './errors.ts';
import { listTeams, readAccount } from './list-teams.ts';
import { lookupNames } from './lookup-names.ts';
import { readIssue, readIssues } from './read-issue.ts';
import { listWebhooks, registerWebhook, removeWebhook } from './register-webhook.ts';
import { updateIssue } from './update-issue.ts';
import { backfillIssues, pollIssues } from './walk-issues.ts';

export const linearApi = {
  account: readAccount,
  scopes: listTeams,
  backfill: backfillIssues,
  poll: pollIssues,
  read: readIssue,
  readMany: readIssues,
  update: updateIssue,
  create: createIssue,
  findCreated: findCreatedIssue,
  takeBack: takeBackIssue,
  registerWebhook,
  removeWebhook,
  listWebhooks,
  lookup: lookupNames,
  findFault,
  toError,
} satisfies ConnectorApi;
