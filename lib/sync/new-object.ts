import { type JsonObject, newId } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import type { JudgedObject } from './judge-object.ts';
import { nextBase } from './lens/index.ts';
import { mergeRecord } from './merge/index.ts';
import type { NewObject, OpenStream, Origin } from './observe-store.ts';
import { unreadOf } from './view-link.ts';

/** An object seen for the first time, with the record that is made of it. */
export function newObject(
  origin: Origin,
  { lens }: Pick<OpenStream, 'lens'>,
  object: JudgedObject,
): NewObject {
  const { fields, unread } = lens.observe(object.fields);
  const { data } = mergeRecord({
    kind: origin.kind,
    local: null,
    base: null,
    remote: lens.toRecord(object.fields),
    held: [],
    inFlight: null,
  });
  // What does not travel in, and what no record can have, stands there beside what nobody gave here.
  const ours: JsonObject = {};
  for (const field of [...lens.enforced, ...Object.keys(unread)]) {
    const here = data[field] ?? null;
    const { comparator } = fieldRule(origin.kind, field);
    if (Object.hasOwn(unread, field)) ours[field] = here;
    else if (!fieldsEqual(comparator, here, fields[field])) ours[field] = here;
  }
  return {
    record_id: newId(),
    link_id: newId(),
    external_id: object.externalId,
    external_key: object.externalKey,
    url: object.url,
    remote_rank: object.rank,
    data,
    base: nextBase(origin.kind, null, object.fields),
    ours,
    unreadable: unreadOf(lens, object.unreadable, unread),
    raw: object.raw,
    updated_at: object.updatedAt,
    inbox_event_id: origin.eventOf(object.externalId),
  };
}
