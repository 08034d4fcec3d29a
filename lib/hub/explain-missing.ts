import { type Check, ofLink } from './explain-link.ts';
import type {
  ConnectionFacts,
  EventFacts,
  FaultFacts,
  LinkFacts,
  StreamFacts,
  Wanted,
} from './missing-store.ts';
import type { MissingCheck } from './schema.ts';

export interface MissingFacts {
  wanted: Wanted;
  connection: ConnectionFacts;
  streams: readonly StreamFacts[];
  links: readonly LinkFacts[];
  events: readonly EventFacts[];
  faults: readonly FaultFacts[];
}

/**
 * Why something is not here, the surest reason first: what is known of the object itself, then what
 * was heard of it, then what stands in the way of hearing of it. Never empty. Pure.
 */
export function explainMissing(facts: MissingFacts): [MissingCheck, ...MissingCheck[]] {
  const connection = { connection_id: facts.wanted.connectionId };
  const found = [
    ...facts.links.map((link) => ofLink(link, facts.connection)),
    ...facts.faults.map(ofFault),
    ...facts.events.map(ofEvent),
    ...ofConnection(facts.connection),
    ...ofScope(facts),
    ...facts.streams.flatMap(ofStream),
    ...ofRefusals(facts.connection),
    ...neverSeen(facts),
  ].map((check) => ({ ...check, refs: { ...connection, ...check.refs } }));
  const [first, ...others] = found;
  if (first) return [first, ...others];
  const text = 'Nothing here speaks of it.';
  return [{ code: 'never_seen', text, at: null, refs: connection }];
}

const ofFault = (fault: FaultFacts): Check => ({
  code: 'unreadable',
  text: `It came and could not be understood: ${fault.message}`,
  at: fault.at,
  refs: fault.run_id === null ? {} : { run_id: fault.run_id },
});

function ofEvent(event: EventFacts): Check {
  const refs = { inbox_event_id: event.id, inbox_status: event.status };
  const at = event.received_at;
  const because = event.outcome === null ? '' : `: ${event.outcome}`;
  const name = `A webhook that speaks of it (“${event.event}”)`;
  switch (event.status) {
    case 'pending':
    case 'queued':
      return { code: 'event_waiting', text: `${name} waits to be applied.`, at, refs };
    case 'failed':
      return {
        code: 'event_waiting',
        text: `${name} failed and is tried again${because}.`,
        at,
        refs,
      };
    case 'dead':
      return { code: 'event_failed', text: `${name} could not be applied${because}.`, at, refs };
    case 'ignored':
    case 'applied':
    case 'split':
      return {
        code: 'event_ignored',
        text: `${name} is nothing this hub keeps${because}.`,
        at,
        refs,
      };
  }
}

const statusTexts: Record<string, string> = {
  needs_reauth: 'Somebody has to sign in again.',
  paused: 'The connection is paused.',
  disconnecting: 'The connection is being ended.',
  disconnected: 'The connection has ended.',
};

function ofConnection(connection: ConnectionFacts): Check[] {
  if (connection.status === 'active') return [];
  const why =
    connection.status_detail ?? statusTexts[connection.status] ?? 'The connection is not active.';
  const text = `Nothing is read from ${connection.name}. ${why}`;
  return [{ code: 'connection_stopped', text, at: null }];
}

function ofScope({ connection, streams, wanted }: MissingFacts): Check[] {
  if (streams.length === 0) {
    const text = `No stream of ${connection.name} is read yet.`;
    return [{ code: 'no_stream', text, at: null }];
  }
  const { url } = wanted;
  if (url === null || streams.some((stream) => isWithin(url, stream))) return [];
  const read = streams.map(({ name }) => name).join(', ');
  const text = `Its address is in none of what is read from ${connection.name}: ${read}.`;
  // A scope whose key stands in no address says nothing about addresses.
  return streams.every(({ scope_key }) => /[a-z]/i.test(scope_key))
    ? [{ code: 'no_scope', text, at: null }]
    : [];
}

const isWithin = (url: string, { scope_key, name }: StreamFacts): boolean => {
  const path = pathOf(url).toLowerCase();
  return [scope_key, name].some((text) => path.includes(text.toLowerCase()));
};

/** As it stands there where a percent sign is no code: a URL may hold one (https://url.spec.whatwg.org/#url-code-points). */
function pathOf(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function ofStream(stream: StreamFacts): Check[] {
  const refs = { stream_id: stream.id };
  const { run } = stream;
  if (run?.asks) {
    const text = `A sweep of ${stream.name} waits for an answer before it goes on.`;
    return [{ code: 'run_asks', text, at: null, refs: { ...refs, run_id: run.id } }];
  }
  if (stream.phase === 'failed') {
    const text = `${stream.name} has stopped: ${stream.phase_detail ?? 'its last run failed.'}`;
    return [{ code: 'stream_failed', text, at: null, refs }];
  }
  if (stream.phase === 'paused') {
    return [{ code: 'stream_paused', text: `${stream.name} is paused.`, at: null, refs }];
  }
  if (stream.phase === 'waiting' || stream.phase === 'backfill') {
    const far = run ? ` ${run.done}${run.total === null ? '' : ` of ${run.total}`} so far.` : '';
    const text = `Everything of ${stream.name} is still being read.${far}`;
    return [
      { code: 'stream_reading', text, at: null, refs: run ? { ...refs, run_id: run.id } : refs },
    ];
  }
  return [];
}

function ofRefusals({ refused_today: count, name }: ConnectionFacts): Check[] {
  if (count === 0) return [];
  const many = count === 1 ? 'One webhook' : `${count} webhooks`;
  const text = `${many} of ${name} came today and could not be verified; one of them may have told of it.`;
  return [{ code: 'webhooks_refused', text, at: null }];
}

/** Only of streams that are read as they should be. */
function neverSeen({ streams, links }: MissingFacts): Check[] {
  if (links.length > 0) return [];
  return streams
    .filter(({ phase }) => phase === 'live')
    .map((stream) => {
      const all = stream.swept_at
        ? 'Everything there has been listed, and it was not among it.'
        : 'Not everything there has been listed yet.';
      const next = stream.next_sweep_at
        ? 'Everything is listed again by itself.'
        : 'The service cannot be asked for all there is.';
      return {
        code: 'never_seen' as const,
        text: `${stream.name}: it has never been seen. ${all} ${next}`,
        at: stream.swept_at,
        refs: { stream_id: stream.id },
      };
    });
}
