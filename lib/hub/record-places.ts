import type { JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { JudgedPlace } from '#lib/records/index';
import type { RecordPlace } from '#lib/records/schema';
import { type Lens, lensOf, readRules } from '#lib/sync/index';
import { connectors } from './connectors.ts';
import { type PlacedStream, selectPlacedStreams } from './record-place-store.ts';

/** Where a new record can be made, and what it can have there: of the streams that can make any. */
export async function listRecordPlaces(
  tx: Tx,
  { workspaceId }: { workspaceId: string },
): Promise<RecordPlace[]> {
  const streams = await selectPlacedStreams(tx, workspaceId, null);
  return streams.filter((stream) => resourceOf(stream)?.creates).map(placeOf);
}

/** These streams as places for these fields; those that are not the workspace's are missing. */
export async function judgePlaces(
  tx: Tx,
  at: { workspaceId: string; streamIds: readonly string[]; data: JsonObject },
): Promise<JudgedPlace[]> {
  const streams = await selectPlacedStreams(tx, at.workspaceId, at.streamIds);
  return streams.map((stream) => {
    const { faults } = lensOfStream(stream).toSide(at.data);
    return {
      ...placeOf(stream),
      faults: Object.fromEntries(faults.map(({ field, message }) => [field, message])),
    };
  });
}

const resourceOf = ({ connector, resource }: PlacedStream) =>
  connectors.get(connector)?.manifest.resources.find(({ name }) => name === resource);

const lensOfStream = ({ kind, rules }: PlacedStream): Lens => lensOf(kind, readRules(rules));

function placeOf(stream: PlacedStream): RecordPlace {
  const resource = resourceOf(stream);
  const lens = lensOfStream(stream);
  const { fields = [], required = [] } = resource?.creates ?? {};
  // What cannot be given to a new object follows as an edit right behind it.
  const takes = lens.writable([...new Set([...fields, ...(resource?.writable ?? [])])]);
  // A mapping puts values of its own in their place, and says itself what it has no words for.
  const values = takes.flatMap((field): [string, string[]][] => {
    const taken = resource?.writableValues[lens.sideOf(field)];
    return taken && !lens.reshaped.includes(field) ? [[field, [...taken]]] : [];
  });
  return {
    stream_id: stream.id,
    stream_name: stream.name,
    connection_id: stream.connection_id,
    account_name: stream.account_name,
    connector: stream.connector,
    provider: providerOf(stream),
    kind: stream.kind,
    flow_id: stream.flow_id,
    takes,
    required: takes.filter((field) => required.includes(lens.sideOf(field))),
    values: Object.fromEntries(values),
    closed: whyClosed(stream),
  };
}

const providerOf = ({ connector }: PlacedStream): string =>
  connectors.get(connector)?.manifest.provider ?? connector;

function whyClosed(stream: PlacedStream): string | null {
  if (!resourceOf(stream)?.creates) {
    return `Nothing can be made at ${providerOf(stream)} from here.`;
  }
  if (stream.status === 'needs_reauth') return 'The connection must be authorised again.';
  if (stream.status !== 'active') return 'The connection is not active.';
  return stream.phase === 'paused' ? 'The stream is paused.' : null;
}
