import { randomBytes } from 'node:crypto';
import { newId, systemClock } from '#lib/core/index';
import type { Destination, OwedDelivery } from '#lib/delivery/index';
import type { Opener, Outgoing } from '#lib/security/index';
import { webhookSender } from '../../../lib/delivery/send-webhook.ts';
import { writeSigningSecret } from '../../../lib/delivery/signing-secret.ts';

const secret = writeSigningSecret(randomBytes);
const opener: Opener = { publicKey: '', keyIds: [], open: () => Buffer.from(secret) };

/** One delivery to an address that stands in the row, by the real sender and guard. */
export function attemptAt(outgoing: Outgoing, url: string) {
  const sender = webhookSender({
    outgoing,
    opener,
    gate: { pass: async (_at, call) => (await call()).outcome },
    readRecord: () => Promise.resolve(null),
    clock: systemClock,
  });
  const at = { id: newId(), workspaceId: newId() };
  const destination: Destination = {
    ...at,
    kind: 'webhook',
    name: 'Hook',
    config: { url },
    secret: Buffer.from('sealed'),
    previousSecret: null,
    failingSince: null,
  };
  return sender.send(deliveryOf(at), destination, new AbortController().signal);
}

const deliveryOf = (at: { id: string; workspaceId: string }): OwedDelivery => ({
  id: newId(),
  workspaceId: at.workspaceId,
  subscriptionId: at.id,
  replayId: null,
  position: 1,
  recordId: newId(),
  kind: 'task',
  op: 'update',
  version: 1,
  origin: 'user',
  connectionId: null,
  fields: [],
  title: null,
  changedAt: new Date().toISOString(),
  diff: {},
  url: null,
  attempt: 1,
  createdAt: new Date().toISOString(),
});
