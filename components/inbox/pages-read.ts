/** Where a page of known events begins, so that it can be read again. */
export interface PageRead {
  from: string;
  /** Its first event, and how many there were. */
  highest: string;
  count: number;
}

export const pageRead = (from: string, page: readonly { id: string }[]): PageRead[] =>
  page[0] ? [{ from, highest: page[0].id, count: page.length }] : [];

/** The page that holds an event: of those that begin at it or above it the nearest. */
export function pageInSight(pages: readonly PageRead[], sight: string): PageRead | undefined {
  let nearest: PageRead | undefined;
  for (const page of pages) {
    if (page.highest >= sight && (!nearest || page.highest < nearest.highest)) nearest = page;
  }
  return nearest;
}

/**
 * As few of the pages as reach every row of `rows` that any of them reaches, so that there are never
 * more than rows, however long one looks.
 */
export function enoughPages(
  pages: readonly PageRead[],
  rows: readonly { id: string }[],
): readonly PageRead[] {
  const byHighest = new Map(pages.map((page) => [page.highest, page]));
  const kept: PageRead[] = [];
  /** The first row no kept page reaches, and of those that begin above it the one that reaches furthest. */
  let end = -1;
  let best: { page: PageRead; reach: number } | null = null;
  for (const [at, { id }] of rows.entries()) {
    const page = byHighest.get(id);
    if (!page) continue;
    const reach = at + page.count;
    if (best && at > end) {
      kept.push(best.page);
      end = best.reach;
      best = null;
    }
    if (at > end) {
      kept.push(page);
      end = reach;
    } else if (reach > (best?.reach ?? end)) best = { page, reach };
  }
  return best ? [...kept, best.page] : kept;
}
