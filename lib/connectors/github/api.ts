/**
 * connectors/github/api: the half of the connector that calls GitHub. Only the worker enters here.
 *
 * It adds paths and bodies to `ctx.http` and never sees the credential. Addresses are always built
 * here; of what GitHub answers, only page marks and ids are sent back.
 */
import 'server-only';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { createIssue, findCreatedIssues, takeBackIssue } from './create-issue.ts';
import { toError } from './errors.ts';
import { listLookup } from './list-lookups.ts';
import { listScopes, readAccount } from './list-scopes.ts';
import { listWebhooks, registerWebhook, removeWebhook } from './register-webhook.ts';
import { readIssue, updateIssue } from './sync-issue.ts';
import { backfillIssues, pollIssues } from './walk-issues.ts';

export const githubApi = {
  account: readAccount,
  scopes: listScopes,
  backfill: backfillIssues,
  poll: pollIssues,
  read: readIssue,
  update: updateIssue,
  create: createIssue,
  findCreated: findCreatedIssues,
  takeBack: takeBackIssue,
  registerWebhook,
  removeWebhook,
  listWebhooks,
  lookup: listLookup,
  toError,
} satisfies ConnectorApi;
