/**
 * connectors/slack/api: the half of the connector that calls Slack. Only the worker enters here.
 *
 * It adds paths and forms to `ctx.http` and never sees the token. Slack says no with status 200, so
 * every answer passes `findFault` first.
 */
import 'server-only';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { announce } from './announce.ts';
import { findFault, toError } from './errors.ts';
import { listScopes, lookup, readAccount } from './read-workspace.ts';
import { readMessage, revoke, updateMessage } from './sync-message.ts';
import { backfillMessages, pollMessages } from './walk-messages.ts';

export const slackApi = {
  account: readAccount,
  scopes: listScopes,
  backfill: backfillMessages,
  poll: pollMessages,
  read: readMessage,
  update: updateMessage,
  revoke,
  lookup,
  announce,
  findFault,
  toError,
} satisfies ConnectorApi;
