import { type Session, writeAudit } from '#lib/identity/index';
import {
  cancelReplay,
  getReplay,
  listReplays,
  previewReplay,
  startReplay,
} from '#lib/webhooks/index';
import type { Replay, ReplayAnswer, ReplaySelection } from '#lib/webhooks/schema';
import type { UseCaseDeps } from './web-use-cases.ts';

/** Replays of many events as the web process asks for them; the worker does them. */
export function replayUseCases({ asBearer }: Pick<UseCaseDeps, 'asBearer'>) {
  return {
    preview: (
      session: Session,
      at: { workspaceId: string },
      selection: ReplaySelection,
    ): Promise<ReplayAnswer> =>
      asBearer(session, async (tx) => ({
        preview: await previewReplay(tx, at.workspaceId, selection),
        replay: null,
      })),
    /** Who asked for it is written down with it. */
    start: (
      session: Session,
      at: { workspaceId: string },
      selection: ReplaySelection,
    ): Promise<ReplayAnswer> =>
      asBearer(session, async (tx) => {
        const { workspaceId } = at;
        const replay = await startReplay(tx, { workspaceId, userId: session.userId }, selection);
        const { expected: count, is_exact } = replay;
        await writeAudit(tx, {
          workspaceId,
          actorId: session.userId,
          action: 'webhooks.replay_started',
          subject: replay.id,
          details: { count, is_exact, by: 'ids' in selection ? 'selection' : 'filter' },
        });
        return { preview: { count, is_exact }, replay };
      }),
    list: (
      session: Session,
      page: { workspaceId: string; beforeId: string | null; limit: number },
    ): Promise<Replay[]> => asBearer(session, (tx) => listReplays(tx, page)),
    get: (session: Session, id: string): Promise<Replay> =>
      asBearer(session, (tx) => getReplay(tx, id)),
    cancel: (session: Session, at: { workspaceId: string; id: string }): Promise<Replay> =>
      asBearer(session, async (tx) => {
        const replay = await cancelReplay(tx, at.id);
        await writeAudit(tx, {
          workspaceId: at.workspaceId,
          actorId: session.userId,
          action: 'webhooks.replay_cancelled',
          subject: at.id,
          details: { taken: replay.taken },
        });
        return replay;
      }),
  };
}
