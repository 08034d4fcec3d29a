import { destinationKinds } from '@/lib/delivery/schema';
import { kinds } from '@/lib/kinds/index';
import { emptyDraft, type FormDraft } from './form-draft';

/** More streams than these are named by nobody's link. */
const namedStreams = 10;

/**
 * A subscription begun on another page: `?new=slack&name=…&kind=task&stream=<id>`. Null where the
 * address begins none; what it names and nobody knows is left out.
 */
export function startDraft(params: URLSearchParams): FormDraft | null {
  const kind = destinationKinds.find((one) => one === params.get('new'));
  if (!kind) return null;
  return {
    ...emptyDraft,
    kind,
    name: params.get('name')?.slice(0, 120) ?? '',
    kinds: kinds.filter((one) => params.getAll('kind').includes(one)),
    streams: params.getAll('stream').slice(0, namedStreams),
  };
}

/** What of the address is over when the form is closed. */
export const startOver = { new: undefined, name: undefined, kind: undefined, stream: undefined };
