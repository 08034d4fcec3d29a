import type { Connection } from '#lib/connections/schema';
import type { Tx } from '#lib/db/index';
import type { Flow } from '#lib/flows/schema';
import { readFlowTraffic } from './board-flow-store.ts';
import { readLatest, readNumbers, readStreamNumbers, readWorries } from './board-store.ts';
import type { Board } from './schema.ts';

type Worry = Awaited<ReturnType<typeof readWorries>>[number];

/** Everything the Board shows, in one transaction. `connections` and `flows` come from their own rooms. */
export async function readBoard(
  tx: Tx,
  scope: { workspaceId: string; connections: Connection[]; flows: Flow[]; now: Date },
): Promise<Board> {
  const [numbers, streams, traffic, worries, latest] = await Promise.all([
    readNumbers(tx, scope.workspaceId),
    readStreamNumbers(tx, scope.workspaceId),
    readFlowTraffic(tx, scope.workspaceId),
    readWorries(tx, scope.workspaceId),
    readLatest(tx, scope.workspaceId),
  ]);
  const byConnection = new Map(streams.map((row) => [row.connection_id, row]));
  const perHour = new Map(traffic.map((row) => [row.flow_id, row.changes_per_hour]));
  return {
    position: numbers.position,
    records: numbers.records,
    changes_per_minute: numbers.changes_per_minute,
    inbox: { waiting: numbers.inbox_waiting, dead: numbers.inbox_dead },
    conflicts: numbers.conflicts,
    freshness: { p50_ms: numbers.p50_ms, p95_ms: numbers.p95_ms, series: numbers.series },
    connections: scope.connections
      .filter((connection) => connection.status !== 'disconnected')
      .map((connection) => ({
        ...connection,
        changes_per_hour: byConnection.get(connection.id)?.changes_per_hour ?? 0,
        streams: byConnection.get(connection.id)?.streams ?? [],
      })),
    flows: scope.flows.map((flow) => ({ ...flow, changes_per_hour: perHour.get(flow.id) ?? 0 })),
    attention: worries.map((worry) => describe(worry, scope.now)),
    latest,
  };
}

const plural = (count: number, one: string, many: string) =>
  count === 1 ? one : `${count} ${many}`;

/** A worry as a sentence, where to go and what to do there. */
function describe(worry: Worry, now: Date): Board['attention'][number] {
  const at = worry.at ?? now.toISOString();
  const id = `${worry.kind}:${worry.id}`;
  switch (worry.kind) {
    case 'connection':
      return {
        id,
        level: 'error',
        at,
        action: 'Reconnect',
        href: `connections/${worry.id}`,
        title: `${worry.name} must be connected again`,
        detail:
          worry.detail ??
          'The service does not accept the credential any more. Edits are kept and sent afterwards.',
      };
    case 'stream':
      return {
        id,
        level: 'error',
        at,
        action: 'Look',
        href: `connections/${worry.id}`,
        title: `${worry.name} has stopped`,
        detail: worry.detail ?? 'The last run failed.',
      };
    case 'asks':
      return {
        id,
        level: 'warning',
        at,
        action: 'Answer',
        href: `runs/${worry.id}`,
        title: `A sweep of ${worry.name} asks before it goes on`,
        detail: worry.detail ?? `It would change ${worry.count} records.`,
      };
    case 'dead':
      return {
        id,
        level: 'error',
        at,
        action: 'Open the inbox',
        href: 'inbox?status=dead',
        title: `${plural(worry.count, 'A webhook', 'webhooks')} could not be applied`,
        detail: worry.detail ?? 'Every attempt failed; the events are kept and can be replayed.',
      };
    case 'refused':
      return {
        id,
        level: 'warning',
        at,
        action: 'Review',
        href: `records?record=${worry.id}`,
        title:
          worry.count === 1 && worry.name
            ? `The edit of “${worry.name}” was refused`
            : `${plural(worry.count, 'An edit was', 'edits were')} refused by the service`,
        detail: worry.detail ?? worry.name ?? '',
      };
    case 'unknown':
      return {
        id,
        level: 'warning',
        at,
        action: 'Review',
        href: `records?record=${worry.id}`,
        title: `${plural(worry.count, 'An edit has', 'edits have')} an unknown outcome`,
        detail: worry.detail ?? 'It is read back until it is known.',
      };
    case 'creation':
      return {
        id,
        level: 'warning',
        at,
        action: 'Look',
        href: `flows/${worry.id}`,
        title: `${plural(worry.count, 'An object', 'objects')} of “${worry.name}” could not be made`,
        detail: worry.detail ?? 'The service does not say what became of it.',
      };
    case 'conflict':
      return {
        id,
        level: 'warning',
        at,
        action: 'Resolve',
        href: worry.count === 1 ? `conflicts?record=${worry.id}` : 'conflicts',
        title: `${plural(worry.count, 'A record', 'records')} changed on both sides`,
        detail: worry.name ?? '',
      };
  }
}
