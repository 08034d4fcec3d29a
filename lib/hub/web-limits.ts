import { HubError } from '#lib/core/index';
import { type Session, writeAudit } from '#lib/identity/index';
import type { InboundLimit, InboundLimits } from '#lib/resilience/schema';
import { dropChosenLimit, listChosenLimits, putChosenLimit } from './inbound-limits-store.ts';
import { limitNames, namedLimit } from './limit-table.ts';
import type { UseCaseDeps } from './web-use-cases.ts';

interface At {
  workspaceId: string;
}

/** The limits on what comes in, and those an admin chose instead for a workspace. */
export function limitUseCases({ asBearer, limits }: UseCaseDeps) {
  const list = async (session: Session, at: At): Promise<InboundLimits> => {
    const rows = await asBearer(session, (tx) => listChosenLimits(tx, at.workspaceId));
    const chosen = new Map(rows.map(({ name, amount }) => [name, amount]));
    return {
      counted_in: limits.place,
      data: limitNames.map((name) => describe(name, chosen.get(name) ?? null)),
    };
  };
  return {
    list,
    /** Null takes the usual limit again. Holds in every process within ten seconds, here at once. */
    async choose(
      session: Session,
      at: At & { name: string; limit: number | null },
    ): Promise<InboundLimit> {
      const name = limitNames.find((one) => one === at.name);
      if (name === undefined) throw new HubError('resource.not_found');
      judgeChoice(namedLimit(name).chosen, at.limit);
      await asBearer(session, async (tx) => {
        if (at.limit === null) await dropChosenLimit(tx, at.workspaceId, name);
        else await putChosenLimit(tx, at.workspaceId, { name, amount: at.limit });
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'limits.changed',
          subject: name,
          details: { limit: at.limit },
        });
      });
      await limits.book.refresh();
      return describe(name, at.limit);
    },
  };
}

function judgeChoice(bounds: { least: number; most: number } | null, limit: number | null): void {
  if (bounds === null) throw refusal('is the same for all workspaces and cannot be chosen');
  if (limit === null || (limit >= bounds.least && limit <= bounds.most)) return;
  throw refusal(`must be between ${bounds.least} and ${bounds.most}`);
}

const refusal = (reason: string): HubError =>
  new HubError('request.invalid', `The limit ${reason}.`, {
    details: { errors: [{ field: 'limit', reason }] },
  });

function describe(name: (typeof limitNames)[number], chosen: number | null): InboundLimit {
  const { per, about, limit, windowSeconds, counting, onFault, ...rest } = namedLimit(name);
  return {
    name,
    per,
    about,
    usual: limit,
    limit: chosen ?? limit,
    window_seconds: windowSeconds,
    counting,
    on_fault: onFault,
    chosen: rest.chosen,
  };
}
