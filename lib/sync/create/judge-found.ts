import type { RemoteObject } from '#lib/connectors/protocol/index';

/** What the hub knows of an object a service made of a creation whose answer was lost. */
export interface FoundLink {
  external_id: string;
  record_id: string;
  /** It has its record for itself, and came after the creation was begun: it may be that creation's. */
  is_stray: boolean;
}

export type Found =
  | { is: 'there'; object: RemoteObject }
  | { is: 'nothing' }
  /** More than one could be it: nobody can tell but a person. */
  | { is: 'several'; count: number };

/**
 * Which of the objects that look as they were sent is the one that was made. A service that knows
 * keys says so itself; of others, what belongs to a record already is somebody else's. Pure.
 */
export function judgeFound(
  isKeyed: boolean,
  recordId: string,
  found: readonly RemoteObject[],
  links: readonly FoundLink[],
): Found {
  const [first] = found;
  if (isKeyed) return first ? { is: 'there', object: first } : { is: 'nothing' };
  const possible = found.filter(({ externalId, deleted }) => {
    const link = links.find((known) => known.external_id === externalId);
    return link ? link.is_stray || link.record_id === recordId : !deleted;
  });
  const own = possible.find(({ externalId }) =>
    links.some((link) => link.external_id === externalId && link.record_id === recordId),
  );
  const [object] = own ? [own] : possible;
  if (!object) return { is: 'nothing' };
  if (!own && possible.length > 1) return { is: 'several', count: possible.length };
  return { is: 'there', object };
}
