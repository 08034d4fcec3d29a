'use client';

import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { recordSchema } from '#lib/records/schema';
import { callApi } from './api-client.ts';
import { freshIds, type RowFilter } from './fresh-rows.ts';
import { keys } from './keys.ts';
import { cachedRecord, nextAsk, upsertRecords } from './record-cache.ts';
import { useChanges } from './use-live.ts';

const pageSchema = z.object({
  data: z.array(recordSchema),
  next_cursor: z.string().nullable(),
  total: z.number().int().optional(),
});

/** Rows fetched at once. */
const pageRows = 100;

export interface RecordListQuery extends RowFilter {
  kind: string;
  q: string;
  sort: string;
}

export interface RecordList {
  ids: string[];
  total: number | null;
  /** Records that are not in the list as it was fetched and belong there now. */
  fresh: string[];
  isLoading: boolean;
  /** The head of the list is on its way; meanwhile the rows of the list before are shown. */
  isFetching: boolean;
  error: Error | null;
  fetchMore: () => void;
  /** Fetches the list anew from its head; its rows stay until they are replaced. */
  refresh: () => void;
  /** Changes when the list became another one, or was fetched anew: its reader begins at the top. */
  edition: string;
}

/**
 * A list holds ids and its filter; rows live in the record cache, so an update shows in place at
 * once. What would move rows under the reader's eyes is gathered in `fresh` until they ask for it;
 * into an empty list it comes by itself.
 */
export function useRecordList(workspaceId: string, query: RecordListQuery): RecordList {
  const client = useQueryClient();
  const key = keys.recordList(workspaceId, { ...query });
  const name = JSON.stringify(query);
  const [news, setNews] = useState({ name, count: 0, fresh: [] as readonly string[] });
  if (news.name !== name) setNews({ name, count: 0, fresh: [] });
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ pageParam, signal }) => {
      const asked = nextAsk();
      const page = await callApi('/records', {
        query: {
          ...query,
          workspace_id: workspaceId,
          limit: pageRows,
          ...(pageParam ? { cursor: pageParam } : { count: 'exact' }),
        },
        schema: pageSchema,
        signal,
      });
      upsertRecords(client, page.data, asked);
      return {
        ids: page.data.map((row) => row.id),
        next: page.next_cursor,
        total: page.total ?? null,
      };
    },
    getNextPageParam: (page) => page.next,
  });
  const shown = new Set(list.data?.pages.flatMap((page) => page.ids));
  const refresh = (): void => {
    setNews((present) => ({ name, count: present.count + 1, fresh: [] }));
    client.setQueryData<typeof list.data>(key, (present) =>
      present
        ? { pages: present.pages.slice(0, 1), pageParams: present.pageParams.slice(0, 1) }
        : present,
    );
    void list.refetch();
  };
  useChanges((changes) => {
    const found = freshIds(changes, shown, query, (id) => cachedRecord(client, id));
    if (found.length === 0) return;
    if (list.data && shown.size === 0) refresh();
    else setNews((present) => ({ ...present, fresh: [...new Set([...present.fresh, ...found])] }));
  });
  return {
    ids: [...shown].filter((id) => {
      const row = cachedRecord(client, id);
      // What became part of another is seen as that one.
      return !row || (row.deleted_at === null && row.id === id);
    }),
    total: list.data?.pages[0]?.total ?? null,
    fresh: [...news.fresh],
    isLoading: list.isPending,
    isFetching: list.isFetching && !list.isFetchingNextPage,
    error: list.error,
    fetchMore: () => {
      if (!list.isFetching && list.hasNextPage) void list.fetchNextPage();
    },
    refresh,
    edition: `${name} ${news.count}`,
  };
}
