import { z } from 'zod';
import type { Collection } from '../collection.ts';
import { expand, expandList } from './expand.ts';
import { type Form, integer, listOf, readParams } from './read-form.ts';
import { invalid, missing } from './stripe-error.ts';
import type { ObjectRow, Shape, StripeWorld } from './world.ts';

const second = integer(0, 99_999_999_999);

/** What every list takes. https://docs.stripe.com/api/pagination */
export const listParams = {
  limit: integer(1, 100).optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  created: z
    .union([
      second,
      z.strictObject({
        gt: second.optional(),
        gte: second.optional(),
        lt: second.optional(),
        lte: second.optional(),
      }),
    ])
    .optional(),
  expand: listOf(20).optional(),
};

const baseSchema = z.object(listParams);
export type ListParams = z.output<typeof baseSchema>;

export interface Listing {
  path: string;
  /** What an object is called in "No such …". */
  what: string;
  table: Collection<ObjectRow>;
  keep?: (object: Shape) => boolean;
}

/** The newest first; `has_more` looks the way the page was turned. */
export function listObjects(world: StripeWorld, params: ListParams, listing: Listing): Shape {
  const { limit = 10, starting_after: after, ending_before: before } = params;
  if (after !== undefined && before !== undefined) {
    throw invalid('You may only specify one of these parameters: starting_after, ending_before.');
  }
  const rows = listing.table
    .all()
    .filter(({ object }) => inRange(params.created, object['created']) && isKept(listing, object))
    .sort((a, b) => b.id - a.id);
  const edge = after ?? before;
  const param = after === undefined ? 'ending_before' : 'starting_after';
  const at = edge === undefined ? null : listing.table.findOneBy('key', edge);
  if (edge !== undefined && !at) throw missing(listing.what, edge, param, 400);
  const newer = at && before !== undefined ? rows.filter((row) => row.id > at.id) : null;
  const older = at && after !== undefined ? rows.filter((row) => row.id < at.id) : rows;
  const page = newer ? newer.slice(-limit) : older.slice(0, limit);
  const objects = page.map((row) => row.object);
  return {
    object: 'list',
    data: expandList(world, objects, params.expand ?? []),
    has_more: (newer ?? older).length > page.length,
    url: listing.path,
  };
}

const isKept = ({ keep }: Listing, object: Shape): boolean => keep?.(object) ?? true;

function inRange(range: ListParams['created'], created: unknown): boolean {
  if (range === undefined || typeof created !== 'number') return true;
  if (typeof range === 'number') return created === range;
  const { gt, gte, lt, lte } = range;
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  );
}

const oneSchema = z.strictObject({ expand: listOf(20).optional() });

/** GET of one object. */
export function showOne(
  world: StripeWorld,
  form: Form,
  found: { table: Collection<ObjectRow>; id: string; what: string; param?: string },
): Shape {
  const params = readParams(oneSchema, form);
  const row = requireRow(found);
  return expand(world, row.object, params.expand ?? []);
}

export function requireRow(found: {
  table: Collection<ObjectRow>;
  id: string;
  what: string;
  param?: string;
}): ObjectRow {
  const row = found.table.findOneBy('key', found.id);
  if (!row) throw missing(found.what, found.id, found.param ?? 'id');
  return row;
}
