import { type TaskState, taskStates } from '@/lib/kinds/index';
import { newRecordStreams, type RecordPlace } from '@/lib/records/schema';
import { newRecordWords as words } from './new-record-words';

/** What somebody has filled in. Labels as they were typed. */
export interface NewRecordDraft {
  streamIds: readonly string[];
  title: string;
  body: string;
  state: TaskState;
  labels: string;
}

export const emptyDraft: NewRecordDraft = {
  streamIds: [],
  title: '',
  body: '',
  state: 'open',
  labels: '',
};

const isOpen = ({ closed }: RecordPlace): boolean => closed === null;

/** The sides of a flow go together; at most so many, and one at each connection. */
function withSides(place: RecordPlace, places: readonly RecordPlace[]): RecordPlace[] {
  const sides = places.filter(
    (other) => place.flow_id !== null && other.flow_id === place.flow_id && isOpen(other),
  );
  return [place, ...sides.filter((other) => other !== place)].slice(0, newRecordStreams);
}

/** What is chosen when the form opens: the sides of the first flow, else the only place there is. */
export function firstChoice(places: readonly RecordPlace[]): string[] {
  const open = places.filter(isOpen);
  const inFlow = open.find(({ flow_id: flow }) => flow !== null);
  if (inFlow) return idsIn(places, withSides(inFlow, places));
  return open.length === 1 ? open.map(({ stream_id: id }) => id) : [];
}

/** A place is chosen, with the other sides of its flow, or let go. Another of its connection gives way. */
export function togglePlace(
  chosen: readonly string[],
  place: RecordPlace,
  places: readonly RecordPlace[],
): string[] {
  if (chosen.includes(place.stream_id)) return chosen.filter((id) => id !== place.stream_id);
  const kept = chosenOf(chosen, places);
  const added: RecordPlace[] = [];
  for (const one of withSides(place, places)) {
    const isFree = !added.some(({ connection_id: id }) => id === one.connection_id);
    if (isFree && !kept.includes(one)) added.push(one);
  }
  const stays = kept.filter(
    ({ connection_id: id }) => !added.some(({ connection_id: other }) => other === id),
  );
  return idsIn(places, [...added, ...stays].slice(0, newRecordStreams));
}

const idsIn = (places: readonly RecordPlace[], chosen: readonly RecordPlace[]): string[] =>
  places.filter((place) => chosen.includes(place)).map(({ stream_id: id }) => id);

export const chosenOf = (ids: readonly string[], places: readonly RecordPlace[]): RecordPlace[] =>
  places.filter(({ stream_id: id }) => ids.includes(id));

/** Providers that take a field, when it is not all that were chosen; null: it is not shown, or all do. */
export function takersOf(field: string, chosen: readonly RecordPlace[]): string[] | null {
  const taking = chosen.filter(({ takes }) => takes.includes(field));
  if (taking.length === 0 || taking.length === chosen.length) return null;
  return [...new Set(taking.map(({ provider }) => provider))];
}

/** Until a place is chosen every field is shown. */
export const isTaken = (field: string, chosen: readonly RecordPlace[]): boolean =>
  chosen.length === 0 || chosen.some(({ takes }) => takes.includes(field));

/** States that every chosen service which takes a state takes. */
export const statesFor = (chosen: readonly RecordPlace[]): TaskState[] =>
  taskStates.filter((state) =>
    chosen.every(
      ({ takes, values }) => !takes.includes('state') || (values['state']?.includes(state) ?? true),
    ),
  );

/** What can be said before the hub is asked. */
export function faultsOf(draft: NewRecordDraft): Partial<Record<'title' | 'places', string>> {
  return {
    ...(draft.title.trim() === '' ? { title: words.needed } : {}),
    ...(draft.streamIds.length === 0 ? { places: words.choose } : {}),
  };
}

/** The fields as they are asked for: what no chosen service takes, and what is empty, is left out. */
export function dataOf(
  draft: NewRecordDraft,
  chosen: readonly RecordPlace[],
): Record<string, unknown> {
  const labels = [
    ...new Set(
      draft.labels
        .split(',')
        .map((label) => label.trim())
        .filter(Boolean),
    ),
  ];
  const data = {
    title: draft.title.trim(),
    ...(draft.body.trim() === '' ? {} : { body: draft.body }),
    ...(statesFor(chosen).includes(draft.state) ? { state: draft.state } : {}),
    ...(labels.length === 0 ? {} : { labels }),
  };
  return Object.fromEntries(Object.entries(data).filter(([field]) => isTaken(field, chosen)));
}
