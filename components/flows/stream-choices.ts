import type { Connection } from '@/lib/connections/schema';
import { type Flow, flowSidesMax } from '@/lib/flows/schema';
import type { Stream } from '@/lib/sync/schema';
import { editorWords } from './editor-words';
import type { Telling } from './tell-path';
import { words } from './words';

export interface StreamChoice {
  stream: Stream;
  /** Its place in the flow; -1 where it is not chosen. */
  place: number;
  /** Why it cannot be chosen; null where it can. */
  reason: string | null;
  /** What its service can be told of instead, without being a side; null where it cannot. */
  tell: Telling | null;
}

export interface ChoiceGroup {
  connection: Connection;
  choices: StreamChoice[];
}

interface Stock {
  streams: readonly Stream[];
  connections: readonly Connection[];
  flows: readonly Flow[];
}

const kindWord = (kind: string): string =>
  kind in words.kinds ? words.kinds[kind as keyof typeof words.kinds] : kind;

/** Messages are told of what the chosen streams hold; what holds the same can be a side. */
function tellingOf(picked: readonly Stream[], { kind }: Stream): Telling | null {
  const [first] = picked;
  if (!first || first.kind === kind) return null;
  return {
    name: picked.map(({ name }) => name).join(', '),
    kind: first.kind,
    streamIds: picked.map(({ id }) => id),
  };
}

/** The streams of each connection, and of each that cannot be a side of this flow the reason. */
export function groupChoices(
  { streams, connections, flows }: Stock,
  chosen: readonly string[],
  ownFlowId: string | null,
): ChoiceGroup[] {
  const flowOf = new Map(
    flows
      .filter(({ id }) => id !== ownFlowId)
      .flatMap((flow) => flow.sides.map((side) => [side.stream_id, flow.name] as const)),
  );
  const picked = chosen.flatMap((id) => streams.find((stream) => stream.id === id) ?? []);
  const reasonOf = (stream: Stream, connection: Connection): string | null => {
    const why = editorWords.streams.why;
    const other = flowOf.get(stream.id);
    if (other !== undefined) return why.taken(other);
    if (connection.status === 'disconnected') return why.disconnected;
    const [first] = picked;
    if (first && first.kind !== stream.kind) {
      return why.kind(kindWord(stream.kind), kindWord(first.kind));
    }
    const neighbour = picked.find((one) => one.connection_id === stream.connection_id);
    if (neighbour) return why.connection(neighbour.name);
    return picked.length >= flowSidesMax ? why.full : null;
  };
  return connections.flatMap((connection) => {
    const choices = streams
      .filter((stream) => stream.connection_id === connection.id)
      .map((stream) => {
        const place = chosen.indexOf(stream.id);
        const reason = place === -1 ? reasonOf(stream, connection) : null;
        const isTold = reason !== null && connection.connector === 'slack';
        return { stream, place, reason, tell: isTold ? tellingOf(picked, stream) : null };
      });
    return choices.length === 0 ? [] : [{ connection, choices }];
  });
}
