import { z } from 'zod';
import type { JsonObject } from '#lib/core/index';
import type { CommandKind } from './command-runner.ts';
import { openConnection } from './open-connection.ts';
import type { ConnectionDeps } from './worker-deps.ts';

const payloadSchema = z.object({
  connection_id: z.uuid(),
  resource: z.string().max(40),
  scope: z.record(z.string(), z.json()),
});

/** Objects shown of the first page; more is nobody's to read in a form. */
const sampleRows = 5;
const faultRows = 5;

/** connections.preview: the first page of a scope, read and mapped, with nothing kept. */
export function previewCommand(deps: ConnectionDeps): CommandKind {
  return {
    isForWaiting: true,
    run: async (command) => {
      const { connection_id: connectionId, resource, scope } = payloadSchema.parse(command.payload);
      const at = { workspaceId: command.workspaceId, connectionId };
      const opened = await openConnection(deps, at, { lane: 'edit', signal: command.signal });
      const page = await opened.api.backfill(opened.ctx, resource, scope as JsonObject, null);
      return {
        found: page.objects.length,
        has_more: page.next !== null,
        sample: page.objects.slice(0, sampleRows).map(
          ({ externalId, updatedAt, fields }): JsonObject => ({
            id: externalId,
            updated_at: updatedAt,
            fields,
          }),
        ),
        faults: page.faults.slice(0, faultRows).map(({ message }) => message),
      };
    },
  };
}
