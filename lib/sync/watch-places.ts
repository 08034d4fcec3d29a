import { createHash } from 'node:crypto';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { syncLimits } from './limits.ts';

/** What is remembered of a reading, however long it is. */
export interface PlaceWatch {
  /** The place, and the objects of the page before it, the next ones are compared with. */
  place: string;
  objects: string;
  /** Pages until the next mark; each mark stands twice as long as the one before. */
  left: number;
  span: number;
  /** Pages that showed the same objects as a mark. */
  repeats: number;
}

/**
 * Goes on to a place, or throws when the reading goes in a circle: Brent's way of finding a cycle
 * needs one mark and two numbers, and finds any within three of its rounds.
 * https://maths-people.anu.edu.au/~brent/pd/rpb051i.pdf
 *
 * A place that comes again is a circle at once. Some services make a new name for the same place
 * each time, so pages of the same objects are counted as well; a few are no fault, and the same
 * object twice does no harm.
 */
export function watchPlace(
  watch: PlaceWatch | undefined,
  place: JsonObject,
  ids: readonly string[],
): PlaceWatch {
  const at = { place: hash(place), objects: hash([...ids].sort()) };
  if (!watch) return { ...at, left: 1, span: 1, repeats: 0 };
  const repeats = watch.repeats + (watch.objects === at.objects ? 1 : 0);
  if (watch.place === at.place || repeats >= syncLimits.samePages) {
    throw new HubError('provider.bad_answer', 'The service leads back to a page it has shown.', {
      retry: 'later',
    });
  }
  if (watch.left > 1) return { ...watch, left: watch.left - 1, repeats };
  return { ...at, left: watch.span * 2, span: watch.span * 2, repeats };
}

const hash = (value: Json): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url');

export const idsOf = (objects: readonly RemoteObject[]): string[] =>
  objects.map(({ externalId }) => externalId);
