import { z } from 'zod';
import { HubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import type { Command, CommandKind } from './command-runner.ts';
import { logConnection } from './connection-log.ts';
import { openConnection } from './open-connection.ts';
import type { ConnectionAt, ConnectionDeps } from './worker-deps.ts';

const checkSchema = z.object({ connection_id: z.uuid() });

/** connections.check: who does the service say we are? */
export function checkCommand(deps: ConnectionDeps): CommandKind {
  return {
    isForWaiting: true,
    run: async (command) => {
      const at = placeOf(command);
      const opened = await openConnection(deps, at, { lane: 'edit', signal: command.signal });
      const account = await opened.api.account(opened.ctx);
      if (account.id !== opened.connection.accountId) {
        throw new HubError(
          'connections.account_mismatch',
          `The service now answers as ${account.name}, which is another account.`,
        );
      }
      await transaction(deps.db, async (tx) => {
        await tx`
          update public.connections set checked_at = now(), account_name = ${account.name.slice(0, 200)},
            account_url = ${account.url?.slice(0, 2000) ?? null}
          where workspace_id = ${at.workspaceId} and id = ${at.connectionId}`;
        await logConnection(tx, {
          ...at,
          level: 'info',
          code: 'connections.checked',
          message: `Checked: the service answers as ${account.name}.`,
        });
      });
      return { account_id: account.id, account_name: account.name };
    },
  };
}

const placeOf = (command: Command): ConnectionAt => ({
  workspaceId: command.workspaceId,
  connectionId: checkSchema.parse(command.payload).connection_id,
});
