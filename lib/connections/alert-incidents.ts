import { type Db, type Tx, transaction } from '#lib/db/index';
import { markAlerted, takeUnsaidIncidents, type UnsaidIncident } from './incident-store.ts';
import type { ConnectorRegistry } from './worker-deps.ts';

/** What one person is told. */
export interface ConnectionAlert
  extends Omit<UnsaidIncident, 'recipients' | 'is_closed' | 'app_title'> {
  recipient: string;
  /** The company, as people know it. */
  provider: string;
}

export interface AlertDeps {
  db: Db;
  registry: Pick<ConnectorRegistry, 'get'>;
  /** Writes the mail down in the same transaction. */
  tell(tx: Tx, alert: ConnectionAlert): Promise<void>;
}

const sweepRows = 20;

/**
 * Tells the owners and admins of each connection that must be authorised again: once per incident,
 * however often it is tried meanwhile, because the mails and the mark are written together. One that
 * was over before is marked and not told of. Answers how many incidents were looked at.
 */
export function alertIncidents(deps: AlertDeps): Promise<number> {
  return transaction(deps.db, async (tx) => {
    const unsaid = await takeUnsaidIncidents(tx, sweepRows);
    for (const { recipients, is_closed: isClosed, app_title: title, ...incident } of unsaid) {
      const provider = title ?? deps.registry.get(incident.connector)?.manifest.provider;
      for (const recipient of isClosed ? [] : recipients) {
        await deps.tell(tx, { ...incident, recipient, provider: provider ?? incident.connector });
      }
      await markAlerted(tx, incident.workspace_id, incident.id);
    }
    return unsaid.length;
  });
}
