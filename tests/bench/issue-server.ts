/**
 * A service with many issues, as far as reading all of them goes: GitHub's list by the time of the last
 * change, made once and answered from memory, each page after so many milliseconds. It runs in a process
 * of its own, so that its work is nobody's but the processor's.
 */
import { createServer } from 'node:http';
import { issueJson } from '../fixtures/github/issue.ts';

const { issues, delayMs } = JSON.parse(process.env['BENCH_ISSUES'] ?? '{}') as {
  issues: number;
  delayMs: number;
};
const perPage = 100;
const firstMs = Date.UTC(2026, 3, 23, 8);
const timeOf = (number: number): string => new Date(firstMs + number * 1_000).toISOString();
const all = Array.from({ length: issues }, (_, index) =>
  JSON.stringify(
    issueJson({ number: index + 1, title: `Issue ${index + 1}`, updated_at: timeOf(index + 1) }),
  ),
);

/** Where the issues changed at `since` or later begin. */
const placeOf = (since: string | null): number =>
  since === null ? 0 : Math.max(0, Math.ceil((Date.parse(since) - firstMs) / 1_000) - 1);

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/search/issues') {
    response.end(JSON.stringify({ total_count: issues, items: [] }));
    return;
  }
  const from = placeOf(url.searchParams.get('since'));
  const page = all.slice(from, from + perPage);
  const hasMore = from + perPage < all.length;
  const link = hasMore ? { link: `<${url.origin}${url.pathname}?page=2>; rel="next"` } : {};
  setTimeout(() => {
    response.writeHead(200, { 'content-type': 'application/json', ...link });
    response.end(`[${page.join(',')}]`);
  }, delayMs);
});

server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
