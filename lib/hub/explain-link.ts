import type { ConnectionFacts, LinkFacts } from './missing-store.ts';
import type { MissingCheck } from './schema.ts';

/** A reason without the connection it is about. */
export type Check = Omit<MissingCheck, 'refs'> & { refs?: MissingCheck['refs'] };

/** What a link says of an object somebody misses. Pure. */
export function ofLink(link: LinkFacts, { name }: ConnectionFacts): Check {
  const refs = { record_id: link.record_id };
  if (link.joined_into !== null) {
    const text = 'It is here: its record has become part of another one.';
    return { code: 'joined', text, at: link.deleted_at, refs: { record_id: link.joined_into } };
  }
  if (link.state === 'tombstone' || link.deleted_at !== null) {
    return { code: 'deleted', text: endText(link, name), at: link.deleted_at, refs };
  }
  if (link.state === 'inaccessible') {
    const why = link.error?.message ?? 'The service does not show it any more.';
    return { code: 'inaccessible', text: `It is here as it was last seen. ${why}`, at: null, refs };
  }
  if (link.is_renamed) {
    const text = 'It is here under another id: the service has moved or renamed it.';
    return { code: 'renamed', text, at: null, refs };
  }
  const text = `It is here, as a ${link.record_kind}. A filter or a search may hide it.`;
  return { code: 'present', text, at: null, refs };
}

function endText(link: LinkFacts, name: string): string {
  if (link.is_taken_back) {
    return 'It was made from here and taken back. What is left of it there is not followed.';
  }
  if (link.state !== 'tombstone') return 'It was here, and its record has ended.';
  return link.deleted_at === null
    ? `It is not at ${name} any more. Its record lives on elsewhere.`
    : 'It was here and has been deleted at the service.';
}
