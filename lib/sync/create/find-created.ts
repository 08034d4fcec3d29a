import type { RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, toHubError } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { createLimits } from './create-limits.ts';
import { judgeFound } from './judge-found.ts';
import { selectFoundLinks } from './made-link-store.ts';
import { type CreateOutcome, type OpenMaking, postpone } from './making.ts';
import { askWhich, awaitEffect, settleCreated } from './settle-created.ts';

const unheard = new HubError('provider.timeout', undefined, { retry: 'later' });

/**
 * Finds out what became of a call whose answer was lost. `resend`: it took no effect, and cannot any
 * more; a service that knows keys makes no second object in any case.
 */
export async function findCreated(making: OpenMaking): Promise<CreateOutcome | 'resend'> {
  const { deps, held, opened, creates } = making;
  const { api, ctx } = opened;
  let found: RemoteObject[] = [];
  try {
    found =
      (await api.findCreated?.(ctx, held.resource, held.scope, {
        key: held.id,
        fields: held.sent ?? {},
        since: new Date(held.sent_at ?? 0).toISOString(),
      })) ?? [];
  } catch (error) {
    return postpone(making, toHubError(error), 'unknown');
  }
  const ids = found.map(({ externalId }) => externalId);
  const links =
    ids.length === 0 ? [] : await transaction(deps.db, (tx) => selectFoundLinks(tx, held, ids));
  const judged = judgeFound(creates.isKeyed, held.record_id, found, links);
  switch (judged.is) {
    case 'there':
      return settleCreated(making, { object: judged.object, ignored: [] });
    case 'several':
      return askWhich(making, judged.count);
    case 'nothing': {
      const isSettled = (held.called_age_ms ?? 0) >= createLimits.settleMs;
      return creates.isKeyed || isSettled ? 'resend' : awaitEffect(making, unheard);
    }
  }
}
