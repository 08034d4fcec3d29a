import type { Change } from '@/lib/records/schema';
import { historyWords } from './history-words';
import { fieldWords, shownFields } from './values';
import { words } from './words';

type NameOf = (connectionId: string | null) => string | undefined;

/** Who made a change, and what they did. Without a kept reason nothing is said of why. Pure. */
export function tellChange(change: Change, nameOf: NameOf): { who: string; did: string } {
  const { told } = historyWords;
  const fields = shownFields(change.fields).map(fieldWords).join(', ');
  const service = nameOf(change.connection_id) ?? words.aService;
  const hub = (did: string) => ({ who: words.hub, did });
  switch (change.reason) {
    case 'refused':
      return hub(told.refused(service, fields));
    case 'joined':
      return hub(change.op === 'delete' ? told.joinedInto : told.joined(fields));
    case 'made':
      return hub(change.op === 'restore' ? told.madeAgain(service) : told.made(service));
    case 'withdrawn':
      return hub(change.connection_id === null ? told.withdrawn : told.withdrawnAt(service));
    case 'remapped':
      return hub(told.remapped(service, fields));
    case 'answered':
    case 'resolved':
    case 'resolution_undone':
    case null:
      return { who: whoOf(change, nameOf), did: didOf(change, fields) };
  }
}

function whoOf({ origin, actor, connection_id }: Change, nameOf: NameOf): string {
  if (origin === 'user') return actor?.name ?? words.somebody;
  return origin === 'hub' ? words.hub : (nameOf(connection_id) ?? words.theService);
}

function didOf({ op, origin, reason, undoes }: Change, fields: string): string {
  const { told } = historyWords;
  if (undoes !== null) return historyWords.undoes;
  switch (op) {
    case 'create':
      return origin === 'connection' ? told.broughtIn : told.created;
    case 'delete':
      return origin === 'hub' ? told.ended : told.deleted;
    case 'restore':
      return told.restored;
    case 'update':
      break;
  }
  // Before reasons were kept: links were made and records joined by rows without a field.
  if (fields === '') return told.moved;
  if (reason === 'answered') return told.answered(fields);
  if (reason === 'resolved') return told.resolved(fields);
  return reason === 'resolution_undone' ? told.undecided(fields) : told.changed(fields);
}

/** What the hub did by itself follows from something else, which is what can be undone. */
const ofItself: ReadonlySet<Change['reason']> = new Set(['refused', 'joined', 'made', 'withdrawn']);

/** Whether asking to take it back makes sense. Creations are taken back where they were made. */
export function offersUndo({ op, origin, reason, diff }: Change): boolean {
  if (ofItself.has(reason) || op === 'create') return false;
  // Only a service can have again what was deleted there.
  return op === 'delete' ? origin === 'connection' : Object.keys(diff).length > 0;
}

/** How far changes are taken back by others that stand, by position. Pure. */
export function takenBack(changes: readonly Change[]): Map<number, 'whole' | 'part'> {
  const taken = new Map<number, 'whole' | 'part'>();
  // An undo is younger than what it undoes: of the youngest it is known first whether it stands.
  for (const change of changes.toSorted((a, b) => b.position - a.position)) {
    const undos = changes.filter(
      ({ undoes, position }) => undoes === change.position && taken.get(position) !== 'whole',
    );
    if (undos.length === 0) continue;
    const back = new Set(undos.flatMap(({ fields }) => fields));
    const isWhole = shownFields(change.fields).every((field) => back.has(field));
    taken.set(change.position, isWhole ? 'whole' : 'part');
  }
  return taken;
}
