/** The part of a page's address that may come from GitHub; host, path and filters are always ours. */
export interface PageMark {
  page?: string;
  after?: string;
}

const markPattern = /^[A-Za-z0-9+/=_-]{1,500}$/;

/**
 * The `page` and `after` of one relation of a Link header (RFC 8288). GitHub adds `after` to lists
 * it pages by cursor and refuses deep pages without it. The address itself is never followed: the
 * credential would go wherever it points.
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export function pageMark(link: string | null, relation: 'next' | 'last'): PageMark | null {
  for (const part of (link ?? '').split(/,\s*(?=<)/)) {
    const found = /^<([^>]*)>(.*)$/s.exec(part.trim());
    if (!found || !new RegExp(`;\\s*rel="?${relation}"?(?:;|\\s|$)`).test(found[2] ?? '')) continue;
    const query = new URLSearchParams((found[1] ?? '').split('?')[1] ?? '');
    const mark: PageMark = {};
    for (const key of ['page', 'after'] as const) {
      const value = query.get(key)?.replaceAll(' ', '+');
      if (value && markPattern.test(value)) mark[key] = value;
    }
    return mark.page === undefined && mark.after === undefined ? null : mark;
  }
  return null;
}
