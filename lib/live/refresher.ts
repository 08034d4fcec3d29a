import type { QueryClient } from '@tanstack/react-query';
import { recordSchema } from '#lib/records/schema';
import { callApi } from './api-client.ts';
import { keys } from './keys.ts';
import { nextAsk, upsertRecord } from './record-cache.ts';

/** Stale queries are fetched again at most this often, in milliseconds. */
const refreshEveryMs = 150;
/** These read much for one answer, and nobody reads figures faster: at most this often. */
const slowNames: ReadonlySet<string> = new Set(['board', 'counts']);
const slowEveryMs = 1_000;

/** Gathers what messages made stale and fetches it again in one go, only what is on the screen. */
export class Refresher {
  private readonly names = new Set<string>();
  private readonly records = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private slowTimer: ReturnType<typeof setTimeout> | null = null;
  private readonly slow = new Set<string>();
  private slowAt = 0;
  private readonly workspaceId: string;
  private readonly queries: QueryClient;

  constructor(workspaceId: string, queries: QueryClient) {
    this.workspaceId = workspaceId;
    this.queries = queries;
  }

  /** First words of query keys, see keys.ts. */
  mark(names: readonly string[]): void {
    for (const name of names) (slowNames.has(name) ? this.slow : this.names).add(name);
    this.schedule();
  }

  markRecords(ids: readonly string[]): void {
    for (const id of ids) this.records.add(id);
    this.schedule();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.slowTimer) clearTimeout(this.slowTimer);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const names = [...this.names];
      const records = [...this.records];
      this.names.clear();
      this.records.clear();
      this.invalidate(names);
      for (const id of records) void this.fetchRecord(id);
    }, refreshEveryMs);
    if (this.slow.size === 0) return;
    const wait = Math.max(refreshEveryMs, this.slowAt + slowEveryMs - Date.now());
    this.slowTimer ??= setTimeout(() => {
      this.slowTimer = null;
      this.slowAt = Date.now();
      const names = [...this.slow];
      this.slow.clear();
      this.invalidate(names);
    }, wait);
  }

  private invalidate(names: readonly string[]): void {
    for (const name of names) {
      void this.queries.invalidateQueries({ queryKey: [name, this.workspaceId] });
    }
  }

  private async fetchRecord(id: string): Promise<void> {
    if (!this.queries.getQueryData(keys.record(id))) return;
    const asked = nextAsk();
    void this.queries.invalidateQueries({ queryKey: keys.recordHistory(this.workspaceId, id) });
    try {
      const row = await callApi(`/records/${id}`, { schema: recordSchema });
      upsertRecord(this.queries, row, asked);
    } catch {
      // Gone, or not reachable now: the list that holds it knows better than this one row.
      this.mark(['records']);
    }
  }
}
