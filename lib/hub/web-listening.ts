import type { z } from 'zod';
import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { type Session, writeAudit } from '#lib/identity/index';
import {
  findManaged,
  isListening,
  type ListeningDeps,
  listWebhookPresets,
  makeListeningConnection,
  readBroughtSecret,
  readListening,
  rotateListeningSecret,
  takeBroughtSecret,
} from '#lib/webhooks/index';
import type { ListeningInput, listeningSecretInputSchema } from '#lib/webhooks/schema';
import { broughtOpener, broughtToken } from './brought-secrets.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface Place {
  workspaceId: string;
  connectionId: string;
}

/** Connections that are only listened to, as the web process sets them up. */
export function listeningUseCases({ asBearer, connections, env }: UseCaseDeps) {
  const where = { publicUrl: env.PUBLIC_URL, port: env.GATEWAY_PORT ?? env.PORT };
  const deps = (): ListeningDeps => {
    if (env.SEAL_GATEWAY_PUBLIC_KEY === undefined) {
      throw new HubError(
        'resource.conflict',
        'SEAL_GATEWAY_PUBLIC_KEY is not set for the web process, so no secret can be sealed.',
      );
    }
    return { sealKey: env.SEAL_GATEWAY_PUBLIC_KEY, where, clock: connections.clock };
  };
  const token = broughtToken(env);
  const open = token === null ? null : broughtOpener(token);
  const audit = (tx: Tx, session: Session, at: Place, action: string, details = {}) =>
    writeAudit(tx, {
      workspaceId: at.workspaceId,
      actorId: session.userId,
      action,
      subject: at.connectionId,
      details,
    });
  return {
    presets: listWebhookPresets,
    make: (session: Session, at: { workspaceId: string }, input: ListeningInput) =>
      asBearer(session, async (tx) => {
        if (!isListening(connections.connectors.get(input.connector)?.manifest)) {
          throw new HubError('request.invalid', 'Nothing is listened to by this connector.', {
            details: { errors: [{ field: 'connector', reason: 'is none that only listens' }] },
          });
        }
        const made = await makeListeningConnection(
          tx,
          deps(),
          { ...at, userId: session.userId },
          input,
        );
        const { by } = input.signing;
        await audit(
          tx,
          session,
          { ...at, connectionId: made.connection_id },
          'connections.connected',
          { connector: input.connector, auth_kind: 'webhook', signing: by },
        );
        return made;
      }),
    state: (session: Session, at: Place) =>
      asBearer(session, (tx) => readListening(tx, { where }, at)),
    /** What the service's first call has brought along, for an admin's eyes. */
    brought: (session: Session, at: Place) =>
      asBearer(session, async (tx) => {
        const { endpointId } = await findManaged(tx, at);
        return { brought: open && (await readBroughtSecret(tx, open, endpointId)) };
      }),
    /** An admin says that it is the service's: from now on it verifies. */
    takeBrought: (session: Session, at: Place, taken: { brought_at: string }) =>
      asBearer(session, async (tx) => {
        const { endpointId } = await findManaged(tx, at);
        if (!open) throw new HubError('resource.not_found');
        const keys = { open, sealKey: deps().sealKey };
        await takeBroughtSecret(tx, keys, { endpointId, broughtAt: taken.brought_at });
        await audit(tx, session, at, 'connections.webhook_secret_saved', { is_brought: true });
        return readListening(tx, { where }, at);
      }),
    /** Who changed a signing secret is written down, and what it was is not. */
    rotate: (session: Session, at: Place, input: z.infer<typeof listeningSecretInputSchema>) =>
      asBearer(session, async (tx) => {
        const made = await rotateListeningSecret(tx, deps(), at, input);
        await audit(tx, session, at, 'connections.webhook_secret_saved', {
          is_at_once: input.is_at_once,
        });
        return made;
      }),
  };
}
