import { createHash } from 'node:crypto';
import { HubError, type JsonObject } from '#lib/core/index';

/** What is remembered of the places a reading went through, however many there are. */
export interface PlaceWatch {
  /** The place the next ones are compared with. */
  mark: string;
  /** Places until the next mark; each mark stands twice as long as the one before. */
  left: number;
  span: number;
}

/**
 * Goes on to a place, or throws when the reading goes in a circle: Brent's way of finding a cycle
 * needs one place and two numbers, and finds any within three of its rounds.
 * https://maths-people.anu.edu.au/~brent/pd/rpb051i.pdf
 */
export function watchPlace(watch: PlaceWatch | undefined, place: JsonObject): PlaceWatch {
  const mark = createHash('sha256').update(JSON.stringify(place)).digest('base64url');
  if (!watch) return { mark, left: 1, span: 1 };
  if (watch.mark === mark) {
    throw new HubError('provider.bad_answer', 'The service leads back to a page it has shown.', {
      retry: 'later',
    });
  }
  if (watch.left > 1) return { ...watch, left: watch.left - 1 };
  return { mark, left: watch.span * 2, span: watch.span * 2 };
}
