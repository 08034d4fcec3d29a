import { defaultPage } from './complexity.ts';
import { invalidInput } from './linear-error.ts';
import type { Entity } from './rows.ts';

const largestPage = 250;

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  orderBy?: 'createdAt' | 'updatedAt' | null;
}

export interface Connection<N> {
  nodes: N[];
  pageInfo: {
    hasPreviousPage: boolean;
    hasNextPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

interface Place {
  at: string;
  uuid: string;
}

/**
 * Newest first, as Linear orders. A cursor names a place in that order and not a row, so what changes
 * while somebody pages moves in front of them and shifts nothing behind.
 */
export function pageOf<T extends Entity, N>(
  rows: T[],
  { first, after, orderBy }: PageArguments,
  show: (row: T) => N,
): Connection<N> {
  const size = first ?? defaultPage;
  if (size < 1 || size > largestPage) {
    throw invalidInput(`first must be between 1 and ${largestPage}.`);
  }
  const placeOf = (row: T): Place => ({
    at: orderBy === 'updatedAt' ? row.updated_at : row.created_at,
    uuid: row.uuid,
  });
  const start = after === null || after === undefined ? null : readCursor(after);
  const ordered = rows
    .map((row) => ({ row, place: placeOf(row) }))
    .sort((a, b) => compare(a.place, b.place))
    .filter(({ place }) => start === null || compare(place, start) > 0);
  const shown = ordered.slice(0, size);
  const [head, last] = [shown[0], shown.at(-1)];
  return {
    nodes: shown.map(({ row }) => show(row)),
    pageInfo: {
      hasPreviousPage: start !== null,
      hasNextPage: ordered.length > size,
      startCursor: head ? cursorOf(head.place) : null,
      endCursor: last ? cursorOf(last.place) : null,
    },
  };
}

const compare = (a: Place, b: Place): number =>
  a.at === b.at ? (a.uuid < b.uuid ? -1 : Number(a.uuid !== b.uuid)) : a.at > b.at ? -1 : 1;

const cursorOf = ({ at, uuid }: Place): string =>
  Buffer.from(`${at}|${uuid}`).toString('base64url');

function readCursor(cursor: string): Place {
  const [at, uuid] = Buffer.from(cursor, 'base64url').toString('utf8').split('|');
  if (!at || !uuid || Number.isNaN(Date.parse(at))) throw invalidInput('after is not a cursor.');
  return { at, uuid };
}
